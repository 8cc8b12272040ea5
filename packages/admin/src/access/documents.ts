import type { DocumentRecord } from '@gatehouse/contracts'
import type { AdminDependencies } from '../dependencies.ts'
import { actorOf, type Operator } from '../operation.ts'
import { refusal } from '../words.ts'

/** By the operator's own principals, now. */
export const readableOf = ({ principals }: DocumentRecord, { asker }: Operator): boolean =>
  principals.some((principal) => principal === 'public' || asker.principals.includes(principal))

/**
 * Lets an operator see a document's name and text: because they may read it, or, for owners and admins, with a reason, which is in the audit
 * before anything is shown.
 */
export async function seeDocument(
  { store, clock, project = 'default' }: AdminDependencies,
  operator: Operator,
  { object, readable, reason }: { object: string; readable: boolean; reason?: string | undefined },
): Promise<void> {
  if (readable) return
  if (reason === undefined) throw refusal('forbidden', 'needs-reason', {}, { needsReason: true })
  checkMayGiveReason(operator)
  await store.audit.append({ at: clock.now(), project, actor: actorOf(operator), action: 'content.read', object, details: { reason } })
}

export function checkMayGiveReason({ person }: Operator): void {
  if (!person.spec.roles.some((role) => role === 'owner' || role === 'admin')) throw refusal('forbidden', 'reason-role')
}
