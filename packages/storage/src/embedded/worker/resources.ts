import type { Kind, Resource } from '@gatehouse/contracts'
import { mostRows } from '../../rows/pages.ts'
import { eventOf, type Put, type ResourceKey, type ResourceRow, rowAfter, toResource } from '../../rows/resource-rows.ts'
import type { Reading, Writing } from './context.ts'

const find = (context: Reading, { kind, project, name }: ResourceKey) =>
  context.database.get<ResourceRow>('SELECT * FROM resource WHERE kind = ? AND project = ? AND name = ?', kind, project, name)

export const resourceReads = {
  'resources.get': (context: Reading, key: ResourceKey): Resource | undefined => {
    const row = find(context, key)
    return row && toResource(row)
  },
  'resources.list': (context: Reading, query: { kind: Kind; project?: string; after: readonly [string, string] }): Resource[] =>
    context.database
      .all<ResourceRow>(
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
    const { database, chain, now } = context
    const before = find(context, put)
    const row = rowAfter(put, before, now)
    if (!row) return { resource: toResource(before!), changed: false }
    database.run(
      'INSERT OR REPLACE INTO resource(kind, project, name, id, managed_by, version, created_at, updated_at, spec) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[row.kind, row.project, row.name, row.id, row.managed_by, row.version, row.created_at, row.updated_at, row.spec],
    )
    chain.append(eventOf(now, put.actor, before, row))
    return { resource: toResource(row), changed: true }
  },

  'resources.remove': (context: Writing, { actor, ...key }: ResourceKey & { actor: string }): boolean => {
    const before = find(context, key)
    if (!before) return false
    context.database.run('DELETE FROM resource WHERE kind = ? AND project = ? AND name = ?', key.kind, key.project, key.name)
    context.chain.append(eventOf(context.now, actor, before, undefined))
    return true
  },
}
