import { createHash, timingSafeEqual } from 'node:crypto'
import type { Asker, Principal } from '@gatehouse/contracts'
import { AppError, type Session, type Sessions } from '@gatehouse/kernel'
import { checkOrigin, type Headers } from '../origin.ts'

/** A person as the configuration knows them now. */
export interface ChatPerson {
  readonly name: string
  readonly title: string
  readonly language: 'en' | 'zh'
  /** None for a disabled person. */
  readonly principals: readonly Principal[]
}
export interface ChatIdentity {
  readonly session: Session
  readonly token: string
  readonly person: ChatPerson
  readonly asker: Asker
}
export interface IdentityTools {
  readonly sessions: Pick<Sessions, 'verify'>
  person(name: string): ChatPerson | undefined
  /** Against names an attacker points at our address. */
  isOurHost(host: string): boolean
  /** The request came over TLS, here or at a proxy we trust: the cookie gets its strictest form. Asked with the HTTP adapter's environment. */
  isSecure(environment: unknown): boolean
}
const cookieName = (secure: boolean) => (secure ? '__Host-gatehouse-chat' : 'gatehouse-chat')

/** The cookie that opens a session, or with an empty token ends it. */
export function sessionCookie(token: string, { secure, seconds }: { secure: boolean; seconds: number }): string {
  const age = token ? Math.max(0, Math.floor(seconds)) : 0
  return `${cookieName(secure)}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure ? '; Secure' : ''}`
}

/** Who is asking, by session; rights are computed for this request. `changing` asks for the token that only our own pages know. */
export async function identifyChat(headers: Headers, environment: unknown, changing: boolean, tools: IdentityTools): Promise<ChatIdentity> {
  checkOrigin(headers, tools)
  const token = cookieOf(headers('cookie'), cookieName(tools.isSecure(environment)))
  const session = token ? await tools.sessions.verify(token, 'chat') : undefined
  const person = session && tools.person(session.user)
  if (!token || !session || !person) throw new AppError('unauthorized', 'sign in first')
  if (changing && !equal(headers('x-csrf-token') ?? '', session.csrf))
    throw new AppError('forbidden', 'the header x-csrf-token is missing or wrong')
  return { session, token, person, asker: { consumer: 'chat', user: person.name, principals: person.principals } }
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';', 50)) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || undefined
  }
  return undefined
}

// of equal length, so that the comparison tells nothing
const digest = (text: string) => createHash('sha256').update(text).digest()
const equal = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))
