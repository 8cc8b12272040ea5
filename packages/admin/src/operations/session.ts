import type { Me, sessionEndpoints } from '@gatehouse/contracts'
import { operatorOf } from '../access/identify.ts'
import type { AdminDependencies } from '../dependencies.ts'
import type { Create, Operator } from '../operation.ts'
import type { Opened } from '../sessions/sessions.ts'
import { refusal } from '../words.ts'

export const sessionOperations: Create<typeof sessionEndpoints> = (dependencies) => {
  const { sessions } = dependencies
  return {
    async signIn({ body, from, maySignIn, setSession }) {
      if (!maySignIn) throw refusal('forbidden', 'needs-tls')
      const opened = await sessions.signIn({ ...body, audience: 'console', from })
      setSession(opened)
      return meOf(await whoOpened(opened, dependencies))
    },
    async redeemLink({ body, maySignIn, setSession }) {
      if (!maySignIn) throw refusal('forbidden', 'needs-tls')
      const opened = await sessions.redeem(body.link, 'console')
      setSession(opened)
      return meOf(await whoOpened(opened, dependencies))
    },
    async signOut({ operator, setSession }) {
      await sessions.signOut(operator.token, 'console')
      setSession(undefined)
    },
    async me({ operator }) {
      return meOf(operator)
    },
    async setPassword({ operator, body, from, setSession }) {
      const change = { password: body.password, from, ...(body.current === undefined ? {} : { current: body.current }) }
      const opened = await sessions.setPassword(operator, change)
      setSession(opened)
      return meOf(await whoOpened(opened, dependencies))
    },
  }
}

async function whoOpened({ token, session }: Opened, { store, project = 'default' }: AdminDependencies): Promise<Operator> {
  const person = await store.resources.get('User', project, session.user)
  if (!person) throw refusal('unauthorized', 'sign-in-first')
  return operatorOf(token, session, person, true)
}

const meOf = ({ person, session, asker }: Operator): Me => ({
  user: person.name,
  title: person.spec.title,
  email: person.spec.email,
  language: person.spec.language,
  roles: [...person.spec.roles],
  principals: [...asker.principals],
  csrf: session.csrf,
  mustSetPassword: session.mustSetPassword ?? false,
  expiresAt: session.expiresAt,
})
