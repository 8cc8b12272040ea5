import { type peopleEndpoints, type Resource, UserSpec, type UserView } from '@gatehouse/contracts'
import { principalsOfUser } from '@gatehouse/kernel'
import { checkMayTouch, checkOwnerStays } from '../access/offices.ts'
import { noteWidening } from '../access/widen.ts'
import { actorOf, type Create } from '../operation.ts'
import { present } from '../views/call.ts'
import { checkGroups } from '../views/group.ts'
import { checkChangeable, resourceFieldsOf, resourceOf } from '../views/resource.ts'
import { refusal } from '../words.ts'

type UserEndpoints = Pick<typeof peopleEndpoints, 'listUsers' | 'createUser' | 'changeUser' | 'removeUser' | 'createLink'>

export const userOperations: Create<UserEndpoints> = ({ store, clock, sessions, facts }) => {
  const { resources } = store
  return {
    async listUsers({ project }) {
      const named = await sessions.withPassword()
      return { items: (await resources.list('User', project)).map((user) => userView(user, named.has(user.name))) }
    },

    async createUser({ body: { name, ...fields }, project, operator }) {
      checkMayTouch(operator, fields.roles)
      if (await resources.get('User', project, name)) throw refusal('conflict', 'exists-already', { what: 'User', name })
      await checkGroups(resources, project, fields.groups)
      const spec = UserSpec.parse(fields)
      const after = principalsOfUser(name, spec)
      await noteWidening({ store, clock, project }, operator, { object: `User/${name}`, before: [], after, isWithinReach: false })
      const change = { kind: 'User', project, name, spec, managedBy: 'console', ifVersion: 0 } as const
      return userView(await resources.put(change, actorOf(operator)), false)
    },

    async changeUser({ path, body: { version, reason, ...fields }, project, operator }) {
      const user = await resourceOf(resources, 'User', project, path.user!)
      checkChangeable(user, version)
      checkMayTouch(operator, user.spec.roles, fields.roles ?? [])
      await checkGroups(resources, project, fields.groups ?? [])
      const spec = { ...user.spec, ...present(fields) }
      if (spec.disabled && user.name === operator.person.name) throw refusal('conflict', 'not-oneself')
      if (user.spec.roles.includes('owner')) await checkOwnerStays(resources, project, user.name, spec)
      const { kind, name, managedBy } = user
      const [before, after] = [principalsOfUser(name, user.spec), principalsOfUser(name, spec)]
      const isWithinReach = name === operator.person.name
      await noteWidening({ store, clock, project }, operator, { object: `User/${name}`, before, after, isWithinReach, reason })
      const changed = await resources.put({ kind, project, name, spec, managedBy, ifVersion: user.version }, actorOf(operator))
      if (spec.disabled) await sessions.signOutUser(name)
      return userView(changed, (await sessions.withPassword()).has(name))
    },

    async removeUser({ path, project, operator }) {
      const user = await resourceOf(resources, 'User', project, path.user!)
      checkChangeable(user)
      checkMayTouch(operator, user.spec.roles)
      if (user.name === operator.person.name) throw refusal('conflict', 'not-oneself')
      if (user.spec.roles.includes('owner')) await checkOwnerStays(resources, project, user.name, undefined)
      await resources.remove('User', project, user.name, actorOf(operator))
      await sessions.signOutUser(user.name, { forget: true })
    },

    async createLink({ path, body: { kind }, project, operator }) {
      const user = await resourceOf(resources, 'User', project, path.user!)
      const { loopback, chatUrl, consoleUrl } = facts()
      if (user.spec.disabled) throw refusal('conflict', 'disabled-person')
      if (kind === 'invite') {
        if (user.spec.sample) throw refusal('conflict', 'no-password-for-samples')
        checkMayTouch(operator, user.spec.roles)
      } else {
        if (!loopback) throw refusal('conflict', 'chat-as-loopback')
        if (!user.spec.sample) throw refusal('conflict', 'chat-as-samples')
      }
      const { token, expiresAt } = await sessions.createLink({ kind, user: user.name, openedBy: operator.person.name })
      return { url: `${kind === 'invite' ? consoleUrl : chatUrl}#link=${token}`, expiresAt }
    },
  }
}

function userView(user: Resource<'User'>, hasPassword: boolean): UserView {
  const { title, email, groups, roles, language, sample, disabled } = user.spec
  return { ...resourceFieldsOf(user), title, email, groups: [...groups], roles: [...roles], language, sample, disabled, hasPassword }
}
