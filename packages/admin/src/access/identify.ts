import { timingSafeEqual } from 'node:crypto'
import type { Endpoint } from '@gatehouse/contracts'
import { principalsOfUser } from '@gatehouse/kernel'
import type { Context } from 'hono'
import type { AdminDependencies } from '../dependencies.ts'
import type { Operator } from '../operation.ts'
import { refusal } from '../words.ts'
import { readToken } from './cookies.ts'

/** Before a password is set, a session may do no more than this. */
const whileSettingUp: readonly string[] = ['me', 'setPassword', 'signOut']

/** Who asks, and whether they may: deny by default. `undefined` only where everybody may and nobody is signed in. */
export async function authorise(
  context: Context,
  name: string,
  endpoint: Endpoint,
  dependencies: AdminDependencies,
): Promise<Operator | undefined> {
  if (endpoint.access === 'public') return undefined
  const operator = await identify(context, dependencies)
  if (!operator) throw refusal('unauthorized', 'sign-in-first')
  if (operator.ambient && endpoint.method !== 'GET' && !sameText(context.req.header('x-csrf-token') ?? '', operator.session.csrf))
    throw refusal('forbidden', 'wrong-csrf')
  if (operator.session.mustSetPassword && !whileSettingUp.includes(name))
    throw refusal('forbidden', 'set-password-first', {}, { mustSetPassword: true })
  const roles = operator.person.spec.roles
  if (!roles.some((role) => endpoint.access.includes(role)))
    throw refusal('forbidden', 'role-missing', { roles: roles.join(', '), needed: endpoint.access.join(', ') })
  return operator
}

async function identify(context: Context, { sessions, store, isSecure, project = 'default' }: AdminDependencies) {
  const read = readToken(context, isSecure(context.env))
  const session = read && (await sessions.verify(read.token, 'console'))
  const person = session && (await store.resources.get('User', project, session.user))
  if (!read || !session || !person) return undefined
  return operatorOf(read.token, session, person, read.ambient)
}

export const operatorOf = (token: string, session: Operator['session'], person: Operator['person'], ambient: boolean) => ({
  token,
  session,
  person,
  ambient,
  asker: { consumer: 'console', user: person.name, principals: principalsOfUser(person.name, person.spec) },
})

const sameText = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
