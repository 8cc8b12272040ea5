import type { ChatEvent } from '@gatehouse/contracts'
import { type AdminClient, type ChatClient, createAdminClient, createChatClient, type Fetch } from '@gatehouse/sdk'

/** What a browser does with cookies, and a copy of every byte that came back. */
function browser(origin: string) {
  const jar = new Map<string, string>()
  const received: string[] = []
  const fetchLike: Fetch = async (input, init) => {
    const headers = new Headers(init.headers)
    headers.set('origin', origin)
    if (jar.size) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    const reply = await fetch(input, { ...init, headers })
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
      if (value) jar.set(name!, value)
      else jar.delete(name!)
    }
    const text = await reply.text()
    received.push(text, JSON.stringify([...reply.headers]))
    return new Response(reply.status === 204 ? null : text, { status: reply.status, headers: reply.headers })
  }
  return { fetchLike, received, jar }
}

export interface Operator {
  readonly admin: AdminClient
  chatAs(user: string): Promise<Person>
}
export interface Person {
  readonly chat: ChatClient
  /** Everything that ever came back. */
  readonly received: readonly string[]
  /** The answer, its events, and the ids it got. */
  ask(
    question: string,
    conversation?: string,
  ): Promise<{ text: string; events: ChatEvent[]; message: string; conversation: string; sources: string[] }>
}

/** Opens the set-up link and sets a password, as the first person does. */
export async function becomeOperator(
  server: { setUpLink?: string; controlUrl: string; dataUrl: string },
  password = 'correct horse battery staple',
): Promise<Operator> {
  const { fetchLike } = browser(server.controlUrl)
  const admin = createAdminClient({ base: server.controlUrl, fetch: fetchLike })
  if (server.setUpLink) {
    await admin.redeemLink({ body: { link: server.setUpLink.split('#link=')[1]! } })
    await admin.setPassword({ body: { password } })
  } else await admin.signIn({ body: { user: 'operator', password } })
  return { admin, chatAs: (user) => chatAs(admin, server.dataUrl, user) }
}

async function chatAs(admin: AdminClient, dataUrl: string, user: string): Promise<Person> {
  const { url } = await admin.createLink({ path: { user }, body: { kind: 'chat-as' } })
  const { fetchLike, received } = browser(dataUrl)
  const chat = createChatClient({ base: dataUrl, fetch: fetchLike })
  await chat.signIn({ link: url.split('#link=')[1]! })
  return {
    chat,
    received,
    async ask(query, conversation) {
      const events: ChatEvent[] = []
      for await (const event of chat.ask('handbook', { query, ...(conversation === undefined ? {} : { conversation }) })) events.push(event)
      const start = events.find((event) => event.type === 'start')!
      const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('')
      const sources = events.flatMap((event) => (event.type === 'citations' ? event.sources.map(({ title }) => title) : []))
      return { text, events, message: start.message, conversation: start.conversation ?? '', sources }
    },
  }
}
