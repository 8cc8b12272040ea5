import type { Resource, Role } from '@gatehouse/contracts'
import type { Audience, Audit, Clock, Records, Resources, Session, Sessions } from '@gatehouse/kernel'
import { refusal } from '../words.ts'
import { Throttle } from './throttle.ts'
import { digestOf, looksLikeToken, newToken } from './tokens.ts'

/** How passwords are hashed: argon2id, or scrypt where its module does not run. */
export interface Passwords {
  hash(password: string): Promise<string>
  verify(password: string, hash: string): Promise<boolean>
}

/** `setup`: the first owner's link, printed at the start. `invite`: a person sets a password. `chat-as`: a sample person's chat. */
export type LinkKind = 'setup' | 'invite' | 'chat-as'
export interface OneTimeLink {
  /** Goes into the fragment of a link; kept as SHA-256 only. */
  readonly token: string
  readonly expiresAt: number
}
export interface Opened {
  readonly token: string
  readonly session: Session
}

/** The kernel's port, and what only the control plane and the start of the server need. */
export interface AdminSessions extends Sessions {
  /** One use, ten minutes. Checks nothing about who asks: the caller has. */
  createLink(link: { kind: LinkKind; user: string; openedBy?: string }): Promise<OneTimeLink>
  /** Ends all sessions of the person and answers a new one. `current` is not asked for after a set-up or invitation link. */
  setPassword(opened: Opened, change: { current?: string; password: string; from: string }): Promise<Opened>
  /** Ends all sessions of a person, and takes the password away when the person is gone. */
  signOutUser(user: string, options?: { forget?: boolean }): Promise<void>
  /** Some owner has a password. */
  isSetUp(): Promise<boolean>
  /** Names of people who have a password. */
  withPassword(): Promise<Set<string>>
}

export interface SessionsDependencies {
  readonly records: Records
  readonly resources: Resources
  readonly audit: Audit
  readonly passwords: Passwords
  readonly clock: Clock
  /** Sample people exist only then. */
  readonly loopback: boolean
  readonly project?: string
}

interface StoredSession {
  readonly audience: Audience
  readonly user: string
  readonly csrf: string
  readonly openedBy?: string
  readonly mustSetPassword?: boolean
  readonly createdAt: number
  readonly expiresAt: number
}
interface StoredLink {
  readonly kind: LinkKind
  readonly audience: Audience
  readonly user: string
  readonly openedBy?: string
  readonly expiresAt: number
}

const minutes = 60_000
const hours = 60 * minutes
/** Unused for `idle`, or older than `absolute`: over. */
const lifetimes: Readonly<Record<Audience, { idle: number; absolute: number }>> = {
  console: { idle: 2 * hours, absolute: 12 * hours },
  chat: { idle: 7 * 24 * hours, absolute: 30 * 24 * hours },
}
/** Who may open the chat as somebody else. */
const administrators: readonly Role[] = ['owner', 'admin']
const linkLifetime = 10 * minutes
const setUpLifetime = 30 * minutes
const audienceOf: Readonly<Record<LinkKind, Audience>> = { setup: 'console', invite: 'console', 'chat-as': 'chat' }

export function createSessions(dependencies: SessionsDependencies): AdminSessions {
  const { records, resources, audit, passwords, clock, loopback, project = 'default' } = dependencies
  const throttle = new Throttle(clock)
  /** Hashing takes memory and a thread: only so many at once. */
  let hashing = 0
  /** Somebody who does not exist takes as long as somebody who does. */
  const nobody = passwords.hash(newToken())
  nobody.catch(() => {}) // awaited where it is used

  const personOf = async (name: string): Promise<Resource<'User'> | undefined> => {
    const person = await resources.get('User', project, name)
    if (!person || person.spec.disabled || (person.spec.sample && !loopback)) return undefined
    return person
  }

  /** Who opened the chat as somebody else must still be somebody who may: with the office, what it opened is gone. */
  const mayStillAct = async (openedBy: string | undefined): Promise<boolean> =>
    openedBy === undefined || ((await personOf(openedBy))?.spec.roles.some((role) => administrators.includes(role)) ?? false)

  async function open(start: Omit<StoredSession, 'csrf' | 'createdAt' | 'expiresAt'>): Promise<Opened> {
    const token = newToken()
    const now = clock.now()
    const expiresAt = now + (start.mustSetPassword ? setUpLifetime : lifetimes[start.audience].absolute)
    const stored: StoredSession = { ...start, csrf: newToken(), createdAt: now, expiresAt }
    const id = digestOf(token)
    await records.put('session', id, stored, { expiresAt })
    return { token, session: sessionOf(id, stored) }
  }

  /** Counts the attempt, verifies, and forgets the attempts after a success. */
  async function passwordFits(user: string, password: string, hash: string, from: string): Promise<boolean> {
    const both = `${from}\n${user}`
    const wait = throttle.take([
      [both, 5],
      [`user\n${user}`, 50],
      [`from\n${from}`, 30],
    ])
    if (wait > 0 || hashing >= 8) throw refusal('quota_exceeded', 'too-many-attempts', { seconds: Math.ceil(Math.max(wait, 1000) / 1000) })
    hashing++
    try {
      const fits = await passwords.verify(password, hash)
      if (fits) throttle.clear(both)
      return fits
    } finally {
      hashing--
    }
  }

  async function endAll(user: string): Promise<void> {
    for (const { id, body } of await records.list<StoredSession>('session')) if (body.user === user) await records.remove('session', id)
    for (const { id, body } of await records.list<StoredLink>('link')) if (body.user === user) await records.remove('link', id)
  }

  /** When it was used last; a record of its own, so that writing it can never bring back a session that was ended meanwhile. */
  async function touch(id: string, stored: StoredSession): Promise<boolean> {
    const now = clock.now()
    const { idle } = lifetimes[stored.audience]
    const seen = (await records.get<{ at: number }>('session-seen', id))?.at ?? stored.createdAt
    if (now - seen > idle) return false
    if (now - seen > Math.min(idle / 20, 5 * minutes)) await records.put('session-seen', id, { at: now }, { expiresAt: stored.expiresAt })
    return true
  }

  return {
    async verify(token, audience) {
      if (!looksLikeToken(token)) return undefined
      const id = digestOf(token)
      const stored = await records.get<StoredSession>('session', id)
      if (!stored || stored.audience !== audience || stored.expiresAt <= clock.now()) return undefined
      if (!(await personOf(stored.user)) || !(await mayStillAct(stored.openedBy)) || !(await touch(id, stored))) return undefined
      return sessionOf(id, stored)
    },

    async signIn({ user, password, audience, from }) {
      const person = await personOf(user)
      const kept = person && !person.spec.sample ? await records.get<{ hash: string }>('password', person.name) : undefined
      const fits = await passwordFits(user, password, kept?.hash ?? (await nobody), from)
      if (!person || !kept || !fits) {
        // a name nobody has is not written down: it may be a password typed into the wrong field
        await audit.append({
          at: clock.now(),
          project,
          actor: 'system',
          action: 'sign-in.fail',
          ...(person ? { object: `user/${person.name}` } : {}),
          details: { audience },
        })
        throw refusal('unauthorized', 'wrong-credentials')
      }
      await audit.append({
        at: clock.now(),
        project,
        actor: `user:${person.name}`,
        action: 'sign-in.succeed',
        object: `user/${person.name}`,
        details: { audience },
      })
      return open({ audience, user: person.name })
    },

    async redeem(link, audience) {
      const id = digestOf(link)
      const seen = looksLikeToken(link) ? await records.get<StoredLink>('link', id) : undefined
      // looked at before it is taken, so that the wrong page does not use it up
      if (!seen || seen.audience !== audience) throw refusal('unauthorized', 'wrong-link')
      const taken = await records.take<StoredLink>('link', id)
      if (!taken || taken.expiresAt <= clock.now() || !(await personOf(taken.user))) throw refusal('unauthorized', 'wrong-link')
      const { kind, user, openedBy } = taken
      const actor = openedBy ? `user:${openedBy}` : `user:${user}`
      await audit.append({ at: clock.now(), project, actor, action: 'link.redeem', object: `user/${user}`, details: { kind, audience } })
      return open({ audience, user, ...(kind === 'chat-as' ? (openedBy ? { openedBy } : {}) : { mustSetPassword: true }) })
    },

    async signOut(token, audience) {
      const id = digestOf(token)
      const stored = await records.get<StoredSession>('session', id)
      if (!stored || stored.audience !== audience) return
      await audit.append({
        at: clock.now(),
        project,
        actor: `user:${stored.user}`,
        action: 'sign-out.succeed',
        object: `user/${stored.user}`,
        details: { audience },
      })
      await records.remove('session', id)
      await records.remove('session-seen', id)
    },

    async createLink({ kind, user, openedBy }) {
      const token = newToken()
      const expiresAt = clock.now() + linkLifetime
      const stored: StoredLink = { kind, audience: audienceOf[kind], user, ...(openedBy ? { openedBy } : {}), expiresAt }
      await audit.append({
        at: clock.now(),
        project,
        actor: openedBy ? `user:${openedBy}` : 'system',
        action: 'link.create',
        object: `user/${user}`,
        details: { kind },
      })
      await records.put('link', digestOf(token), stored, { expiresAt })
      return { token, expiresAt }
    },

    async setPassword({ session }, { current, password, from }) {
      const person = await personOf(session.user)
      if (!person) throw refusal('unauthorized', 'sign-in-first')
      if (person.spec.sample) throw refusal('conflict', 'no-password-for-samples')
      if (!session.mustSetPassword) {
        const kept = await records.get<{ hash: string }>('password', person.name)
        if (!(await passwordFits(person.name, current ?? '', kept?.hash ?? (await nobody), from)))
          throw refusal('forbidden', 'wrong-current-password')
      }
      const hash = await passwords.hash(password)
      await audit.append({ at: clock.now(), project, actor: `user:${person.name}`, action: 'password.set', object: `user/${person.name}` })
      await records.put('password', person.name, { hash, at: clock.now() })
      await endAll(person.name)
      return open({ audience: session.audience, user: person.name })
    },

    async signOutUser(user, { forget = false } = {}) {
      if (forget) await records.remove('password', user)
      await endAll(user)
    },

    async isSetUp() {
      const named = await this.withPassword()
      return (await resources.list('User', project)).some(
        ({ name, spec }) => named.has(name) && !spec.disabled && spec.roles.includes('owner'),
      )
    },

    async withPassword() {
      return new Set((await records.list('password')).map(({ id }) => id))
    },
  }
}

const sessionOf = (id: string, { audience, user, csrf, openedBy, mustSetPassword, expiresAt }: StoredSession): Session => ({
  id,
  audience,
  user,
  csrf,
  ...(openedBy === undefined ? {} : { openedBy }),
  ...(mustSetPassword === undefined ? {} : { mustSetPassword }),
  expiresAt,
})
