import type { Resource, Role } from '@gatehouse/contracts'
import type { Resources } from '@gatehouse/kernel'
import type { Operator } from '../operation.ts'
import { refusal } from '../words.ts'

const high: readonly Role[] = ['owner', 'admin']

/** Only an owner touches who is owner or admin; otherwise an admin could make himself one, or reset an owner's password. */
export function checkMayTouch({ person }: Operator, ...roles: readonly (readonly Role[])[]): void {
  if (!person.spec.roles.includes('owner') && roles.flat().some((role) => high.includes(role))) throw refusal('forbidden', 'owners-only')
}

/** After the change somebody who is enabled must still be owner. */
export async function checkOwnerStays(
  resources: Resources,
  project: string,
  changed: string,
  after: { roles: readonly Role[]; disabled: boolean } | undefined,
): Promise<void> {
  const owns = ({ roles, disabled }: { roles: readonly Role[]; disabled: boolean }) => roles.includes('owner') && !disabled
  const people: readonly Resource<'User'>[] = await resources.list('User', project)
  const stays = people.some(({ name, spec }) => (name === changed ? after !== undefined && owns(after) : owns(spec) && !spec.sample))
  if (!stays) throw refusal('conflict', 'last-owner')
}
