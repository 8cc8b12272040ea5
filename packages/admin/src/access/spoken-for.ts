import type { Principal } from '@gatehouse/contracts'
import type { Resources } from '@gatehouse/kernel'

/**
 * Labels of the people that a consumer may speak for: whoever holds its signing key reads, in its groups, what they read, and what carries a person's
 * own label. `*` is everybody but owners and admins, as the data plane has it.
 */
export async function spokenFor(resources: Resources, project: string, names: readonly string[]): Promise<Principal[]> {
  const people = await resources.list('User', project)
  return people
    .filter(({ spec }) => !spec.roles.includes('owner') && !spec.roles.includes('admin'))
    .filter(({ name }) => names.includes('*') || names.includes(name))
    .map(({ name }): Principal => `user:${name}`)
}

/** Everybody's: whoever chooses an issuer's keys can sign a token for anyone. */
export const everybodys = async (resources: Resources, project: string): Promise<Principal[]> =>
  (await resources.list('User', project)).map(({ name }): Principal => `user:${name}`)
