import type { GroupView, Resource } from '@gatehouse/contracts'
import { nearest, type Resources } from '@gatehouse/kernel'
import { refusal } from '../words.ts'
import { resourceFieldsOf } from './resource.ts'

export const groupView = (
  group: Resource<'Group'>,
  users: readonly Resource<'User'>[],
  consumers: readonly Resource<'Consumer'>[],
): GroupView => ({
  ...resourceFieldsOf(group),
  title: group.spec.title,
  members: users.filter(({ spec }) => spec.groups.includes(group.name)).map(({ name }) => name),
  consumers: consumers.filter(({ spec }) => spec.groups.includes(group.name)).map(({ name }) => name),
})

/** Refuses a group that does not exist: a typing error would give rights to nobody, or later to the wrong ones. */
export async function checkGroups(resources: Resources, project: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const known = (await resources.list('Group', project)).map(({ name }) => name)
  const wrong = names.find((name) => !known.includes(name))
  if (wrong === undefined) return
  const near = nearest(wrong, known)
  throw refusal('invalid_request', 'group-unknown', { name: wrong, near: near ? ` (${near}?)` : '' }, { known })
}
