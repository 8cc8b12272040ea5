import type { Principal } from '@gatehouse/contracts'
import { builtInConsumers, type Resources, type UnknownPrincipal, unknownPrincipals } from '@gatehouse/kernel'
import { refusal } from '../words.ts'

/**
 * Refuses a principal that names nobody; what stands there already may stay, because people and groups go. Closed to nobody is safe, but a
 * typing error hides a document from those it is for, and opens it the day somebody is given that name.
 */
export async function checkPrincipals(
  resources: Resources,
  project: string,
  given: readonly Principal[],
  before: readonly Principal[] = [],
): Promise<void> {
  const added = given.filter((principal) => !before.includes(principal))
  if (added.every((principal) => !principal.includes(':'))) return
  const names = async (kind: 'User' | 'Group' | 'Consumer') => (await resources.list(kind, project)).map(({ name }) => name)
  const known = {
    user: new Set(await names('User')),
    group: new Set(await names('Group')),
    consumer: new Set([...(await names('Consumer')), ...builtInConsumers]),
  }
  const [wrong] = unknownPrincipals(added, known)
  if (wrong) throw unknown(wrong)
}

const unknown = ({ principal, near }: UnknownPrincipal) =>
  refusal(
    'invalid_request',
    'principal-unknown',
    { name: principal, near: near ? ` (${near}?)` : '' },
    { principal, ...(near && { near }) },
  )
