import { type AdminClient, type ChatClient, createAdminClient, createChatClient, type Fetch } from '@gatehouse/sdk'
import { Failure } from './failure.ts'
import { KeptSessions } from './kept-sessions.ts'
import type { Settings } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** The admin API as the person who signed in here, or as the one whose token GATEHOUSE_TOKEN holds. */
export function adminClient(terminal: Terminal, settings: Settings): AdminClient {
  const token = tokenOf(terminal, settings)
  if (!token) throw new Failure('unauthorized', `nobody is signed in at ${settings.url}`)
  return createAdminClient({ base: settings.url, fetch: terminal.fetch, token })
}

export function tokenOf({ environment, now }: Terminal, { home, url }: Settings): string | undefined {
  if (environment.GATEHOUSE_TOKEN) return environment.GATEHOUSE_TOKEN
  const kept = new KeptSessions(home).get(url)
  return kept && kept.expiresAt > now() ? kept.token : undefined
}

/**
 * The admin API before anybody is signed in. A sign-in answers with a cookie, as browsers need it; its value is the session's token,
 * which programs send as a bearer token.
 */
export function signingIn(terminal: Terminal, { url }: Settings): { client: AdminClient; token(): string } {
  let token = ''
  const fetch: Fetch = async (input, init) => {
    const headers = new Headers(init.headers)
    if (token) headers.set('authorization', `Bearer ${token}`)
    const response = await terminal.fetch(input, { ...init, headers })
    token = cookieIn(response, 'gatehouse_console')?.value || token
    return response
  }
  return {
    client: createAdminClient({ base: url, fetch }),
    token() {
      if (token) return token
      throw new Failure('upstream_failed', 'the server opened no session', { advice: 'is this address the control plane of a Gatehouse?' })
    },
  }
}

/** The chat API with the session cookie a browser would keep. */
export function chatClient(terminal: Terminal, base: string): ChatClient {
  let cookie: { name: string; value: string } | undefined
  const fetch: Fetch = async (input, init) => {
    const headers = new Headers(init.headers)
    if (cookie) headers.set('cookie', `${cookie.name}=${cookie.value}`)
    const response = await terminal.fetch(input, { ...init, headers })
    cookie = cookieIn(response, 'gatehouse-chat') ?? cookie
    return response
  }
  return createChatClient({ base, fetch })
}

/** A cookie under its plain name, or under the one it has behind TLS. */
function cookieIn(response: Response, plain: string): { name: string; value: string } | undefined {
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
    if (name === plain || name === `__Host-${plain}`) return { name, value: value ?? '' }
  }
  return undefined
}
