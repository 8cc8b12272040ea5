import type { Kind, ManagedBy, Resource } from '@gatehouse/contracts'
import { canonical } from './canonical.ts'
import { mostRows, type Reading, type Writing } from './context.ts'
import { Failure } from './failure.ts'

interface Row {
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
interface Key {
  readonly kind: Kind
  readonly project: string
  readonly name: string
}

const find = (context: Reading, { kind, project, name }: Key) =>
  context.database.get<Row>('SELECT * FROM resource WHERE kind = ? AND project = ? AND name = ?', kind, project, name)

export const resourceReads = {
  'resources.get': (context: Reading, key: Key): Resource | undefined => {
    const row = find(context, key)
    return row && toResource(row)
  },
  'resources.list': (context: Reading, query: { kind: Kind; project?: string; after: readonly [string, string] }): Resource[] =>
    context.database
      .all<Row>(
        'SELECT * FROM resource WHERE kind = ? AND (? IS NULL OR project = ?) AND (project, name) > (?, ?) ORDER BY project, name LIMIT ?',
        query.kind,
        query.project ?? null,
        query.project ?? null,
        ...query.after,
        mostRows,
      )
      .map(toResource),
}

export const resourceWrites = {
  'resources.put': (context: Writing, put: Put): { resource: Resource; changed: boolean } => {
    const { database, now } = context
    const before = find(context, put)
    if (put.ifVersion !== undefined && put.ifVersion !== (before?.version ?? 0)) throw conflict(put, before)
    const spec = canonical(put.spec)
    if (before && before.spec === spec && before.managed_by === put.managedBy) return { resource: toResource(before), changed: false }
    const row: Row = {
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
    database.run(
      'INSERT OR REPLACE INTO resource(kind, project, name, id, managed_by, version, created_at, updated_at, spec) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[row.kind, row.project, row.name, row.id, row.managed_by, row.version, row.created_at, row.updated_at, row.spec],
    )
    record(context, put.actor, before ? 'update' : 'create', row, before, row)
    return { resource: toResource(row), changed: true }
  },

  'resources.remove': (context: Writing, { actor, ...key }: Key & { actor: string }): boolean => {
    const before = find(context, key)
    if (!before) return false
    context.database.run('DELETE FROM resource WHERE kind = ? AND project = ? AND name = ?', key.kind, key.project, key.name)
    record(context, actor, 'remove', before, before, undefined)
    return true
  },
}

function record(context: Writing, actor: string, verb: string, row: Row, before: Row | undefined, after: Row | undefined): void {
  context.chain.append({
    at: context.now,
    project: row.project,
    actor,
    action: `${noun(row.kind)}.${verb}`,
    object: `${row.kind}/${row.name}`,
    details: { version: after?.version, managedBy: row.managed_by, before: before && toAudited(before), after: after && toAudited(after) },
  })
}

/** KnowledgeBase → knowledge-base. */
const noun = (kind: Kind) => kind.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()

/** Personal data leaves the chain readable only as commitments: a chain cannot forget. */
function toAudited({ kind, spec }: Row): unknown {
  const parsed = JSON.parse(spec) as Record<string, unknown>
  if (kind !== 'User') return parsed
  const personal = ['title', 'email'].filter((field) => typeof parsed[field] === 'string' && parsed[field] !== '')
  return { ...parsed, ...Object.fromEntries(personal.map((field) => [field, { commit: parsed[field] }])) }
}

function conflict({ kind, name, ifVersion }: Put, before: Row | undefined): Failure {
  const state = before ? `has version ${before.version}` : 'does not exist'
  const expected = ifVersion === 0 ? 'that it did not exist' : `version ${ifVersion}`
  return new Failure('conflict', `${kind}/${name} ${state}, the change expected ${expected}: load it again`, {
    version: before?.version ?? 0,
  })
}

const toResource = (row: Row): Resource => ({
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
