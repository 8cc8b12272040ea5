import type { AuditEvent, Kind, ManagedBy, Resource } from '@gatehouse/contracts'
import { canonical } from '../audit/canonical.ts'
import { Failure } from '../threads/failure.ts'

// What a change of configuration is, whichever database keeps it.

export interface ResourceRow {
  kind: Kind
  project: string
  name: string
  id: string
  managed_by: ManagedBy
  version: number
  created_at: number
  updated_at: number
  spec: string
}
export interface Put {
  readonly kind: Kind
  readonly project: string
  readonly name: string
  readonly spec: unknown
  readonly managedBy: ManagedBy
  readonly ifVersion?: number
  readonly actor: string
  /** Used when it is new. */
  readonly id: string
}
export interface ResourceKey {
  readonly kind: Kind
  readonly project: string
  readonly name: string
}

/** The row after the change; undefined when it is there already. */
export function rowAfter(put: Put, before: ResourceRow | undefined, now: number): ResourceRow | undefined {
  if (put.ifVersion !== undefined && put.ifVersion !== (before?.version ?? 0)) throw conflict(put, before)
  const spec = canonical(put.spec)
  if (before && before.spec === spec && before.managed_by === put.managedBy) return undefined
  return {
    kind: put.kind,
    project: put.project,
    name: put.name,
    id: before?.id ?? put.id,
    managed_by: put.managedBy,
    version: (before?.version ?? 0) + 1,
    created_at: before?.created_at ?? now,
    updated_at: now,
    spec,
  }
}

/** What the audit says of a change. */
export function eventOf(at: number, actor: string, before: ResourceRow | undefined, after: ResourceRow | undefined): AuditEvent {
  const row = (after ?? before)!
  const verb = !before ? 'create' : after ? 'update' : 'remove'
  return {
    at,
    project: row.project,
    actor,
    action: `${noun(row.kind)}.${verb}`,
    object: `${row.kind}/${row.name}`,
    details: { version: after?.version, managedBy: row.managed_by, before: before && toAudited(before), after: after && toAudited(after) },
  }
}

/** KnowledgeBase → knowledge-base. */
const noun = (kind: Kind) => kind.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()

/** Personal data leaves the chain readable only as commitments: a chain cannot forget. */
function toAudited({ kind, spec }: ResourceRow): unknown {
  const parsed = JSON.parse(spec) as Record<string, unknown>
  if (kind !== 'User') return parsed
  const personal = ['title', 'email'].filter((field) => typeof parsed[field] === 'string' && parsed[field] !== '')
  return { ...parsed, ...Object.fromEntries(personal.map((field) => [field, { commit: parsed[field] }])) }
}

function conflict({ kind, name, ifVersion }: Put, before: ResourceRow | undefined): Failure {
  const state = before ? `has version ${before.version}` : 'does not exist'
  const expected = ifVersion === 0 ? 'that it did not exist' : `version ${ifVersion}`
  return new Failure('conflict', `${kind}/${name} ${state}, the change expected ${expected}: load it again`, {
    version: before?.version ?? 0,
  })
}

export const toResource = (row: ResourceRow): Resource => ({
  id: row.id,
  kind: row.kind,
  project: row.project,
  name: row.name,
  managedBy: row.managed_by,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  spec: JSON.parse(row.spec),
})
