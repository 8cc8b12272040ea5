import type { Principal } from '@gatehouse/contracts'
import type { AdminDependencies } from '../dependencies.ts'
import { actorOf, type Operator } from '../operation.ts'
import { present } from '../views/call.ts'
import { refusal } from '../words.ts'

type Parts = Pick<AdminDependencies, 'store' | 'clock'> & { readonly project: string }

/** Somebody is about to read more than before. */
export interface Widening {
  /** Who: kind/name of a person or a calling system. */
  readonly object: string
  readonly before: readonly Principal[]
  readonly after: readonly Principal[]
  /** The operator, or a program whose key the operator may hold: reading what is closed to the operator takes a reason then. */
  readonly isWithinReach: boolean
  readonly reason?: string | undefined
}

/**
 * Membership that gives reading is an administrative act of its own in the audit: who gained what, and of how many documents. Nothing is
 * written when nothing is gained.
 */
export async function noteWidening(
  parts: Parts,
  operator: Operator,
  { object, before, after, isWithinReach, reason }: Widening,
): Promise<void> {
  const gained = after.filter((principal) => principal.startsWith('group:') && !before.includes(principal))
  if (gained.length === 0) return
  const others = after.filter((principal) => !gained.includes(principal))
  const documents = (await readableBy(parts, after)) - (await readableBy(parts, others))
  const own = [...operator.asker.principals, ...others]
  const beyond = isWithinReach ? (await readableBy(parts, [...own, ...gained])) - (await readableBy(parts, own)) : 0
  checkReason(beyond, reason)
  await append(parts, operator, object, { gained, documents, before: [...before], after: [...after], ...present({ reason }) })
}

/** Whoever holds a key reads what its consumer reads: what is closed to the one who makes it takes a reason. */
export async function noteKey(
  parts: Parts,
  operator: Operator,
  { object, principals, key, reason }: { object: string; principals: readonly Principal[]; key: string; reason?: string | undefined },
): Promise<void> {
  const own = operator.asker.principals
  const beyond = (await readableBy(parts, [...own, ...principals])) - (await readableBy(parts, own))
  checkReason(beyond, reason)
  if (beyond > 0) await append(parts, operator, object, { key, documents: beyond, ...present({ reason }) })
}

/** A document given to more principals; by somebody who could not read it until now, only with a reason. */
export async function noteOpening(
  parts: Parts,
  operator: Operator,
  document: { readonly id: string; readonly principals: readonly Principal[] },
  { access, reason }: { readonly access: readonly Principal[]; readonly reason?: string | undefined },
): Promise<void> {
  const gained = access.filter((principal) => !document.principals.includes(principal))
  if (gained.length === 0) return
  const reads = (principals: readonly Principal[]) =>
    principals.some((principal) => principal === 'public' || operator.asker.principals.includes(principal))
  checkReason(!reads(document.principals) && reads(access) ? 1 : 0, reason)
  const details = { gained, documents: 1, before: [...document.principals], after: [...access], ...present({ reason }) }
  await append(parts, operator, `document/${document.id}`, details)
}

function checkReason(beyond: number, reason: string | undefined): void {
  if (beyond > 0 && reason === undefined)
    throw refusal('forbidden', 'widens-reason', { count: beyond }, { needsReason: true, documents: beyond })
}

async function append({ store, clock, project }: Parts, operator: Operator, object: string, details: object): Promise<void> {
  await store.audit.append({ at: clock.now(), project, actor: actorOf(operator), action: 'access.widen', object, details: { ...details } })
}

/** Documents of the project, in all knowledge bases, that carry one of the principals. */
async function readableBy({ store, project }: Parts, principals: readonly Principal[]): Promise<number> {
  const wanted = [...new Set<Principal>([...principals, 'public'])]
  let count = 0
  for (const { id } of await store.resources.list('KnowledgeBase', project))
    count += (await store.documents.list(id, { limit: 1, readableBy: wanted })).total
  return count
}
