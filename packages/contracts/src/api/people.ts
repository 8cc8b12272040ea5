import { z } from 'zod'
import { Role } from '../asker.ts'
import { Name } from '../resources.ts'
import { resourceFields } from './apps.ts'
import { administrators, endpoints, Instant, operators, Reason } from './endpoint.ts'

const language = z.enum(['en', 'zh'])
export const UserView = z
  .object({
    ...resourceFields,
    title: z.string(),
    email: z.string(),
    groups: z.array(z.string()),
    roles: z.array(Role),
    language,
    /** A person of the sample company: no password, opened by "chat as" links only. */
    sample: z.boolean(),
    disabled: z.boolean(),
    hasPassword: z.boolean(),
  })
  .meta({ id: 'UserView' })
export type UserView = z.infer<typeof UserView>
export const UserList = z.object({ items: z.array(UserView) }).meta({ id: 'UserList' })
export type UserList = z.infer<typeof UserList>

const userFields = {
  title: z.string().max(200),
  email: z.union([z.email(), z.literal('')]),
  groups: z.array(Name).max(100),
  language,
  roles: z.array(Role).min(1).max(5),
}
export const CreateUser = z.strictObject({
  name: Name,
  title: userFields.title.default(''),
  email: userFields.email.default(''),
  groups: userFields.groups.default([]),
  language: language.default('en'),
  /** Only an owner gives the roles owner and admin. */
  roles: userFields.roles.default(['member']),
})
export const ChangeUser = z.strictObject({
  title: userFields.title.optional(),
  email: userFields.email.optional(),
  groups: userFields.groups.optional(),
  language: language.optional(),
  roles: userFields.roles.optional(),
  /** Signs the person out everywhere, at once. */
  disabled: z.boolean().optional(),
  /** Needed when an operator joins a group that reads what is closed to him. Kept in the audit. */
  reason: Reason.optional(),
  version: z.int().optional(),
})
/** `chat-as`: open the chat as a sample person (loopback only). `invite`: the person sets a password of their own. */
export const CreateLink = z.strictObject({ kind: z.enum(['chat-as', 'invite']) })
/** One use, ten minutes. */
export const LinkView = z.object({ url: z.string(), expiresAt: Instant }).meta({ id: 'LinkView' })
export type LinkView = z.infer<typeof LinkView>

export const GroupView = z
  .object({ ...resourceFields, title: z.string(), members: z.array(z.string()), consumers: z.array(z.string()) })
  .meta({ id: 'GroupView' })
export type GroupView = z.infer<typeof GroupView>
export const GroupList = z.object({ items: z.array(GroupView) }).meta({ id: 'GroupList' })
export type GroupList = z.infer<typeof GroupList>
export const CreateGroup = z.strictObject({ name: Name, title: z.string().max(200).default('') })
export const ChangeGroup = z.strictObject({ title: z.string().max(200).optional(), version: z.int().optional() })

export const peopleEndpoints = endpoints({
  listUsers: { method: 'GET', path: '/users', access: operators, summary: 'People', response: UserList },
  createUser: {
    method: 'POST',
    path: '/users',
    access: administrators,
    summary: 'Add a person',
    body: CreateUser,
    response: UserView,
    status: 201,
  },
  changeUser: {
    method: 'PATCH',
    path: '/users/{user}',
    access: administrators,
    summary: 'Change a person',
    body: ChangeUser,
    response: UserView,
  },
  removeUser: { method: 'DELETE', path: '/users/{user}', access: administrators, summary: 'Remove a person and their sessions' },
  createLink: {
    method: 'POST',
    path: '/users/{user}/links',
    access: administrators,
    summary: 'A one-time link',
    body: CreateLink,
    response: LinkView,
    status: 201,
  },
  listGroups: { method: 'GET', path: '/groups', access: operators, summary: 'Groups and who is in them', response: GroupList },
  createGroup: {
    method: 'POST',
    path: '/groups',
    access: administrators,
    summary: 'Add a group',
    body: CreateGroup,
    response: GroupView,
    status: 201,
  },
  changeGroup: {
    method: 'PATCH',
    path: '/groups/{group}',
    access: administrators,
    summary: 'Change a group',
    body: ChangeGroup,
    response: GroupView,
  },
  removeGroup: { method: 'DELETE', path: '/groups/{group}', access: administrators, summary: 'Remove an empty group' },
})
