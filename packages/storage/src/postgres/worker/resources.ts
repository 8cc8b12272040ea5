import { mostRows } from '../../rows/pages.ts'
import { eventOf, type ResourceKey, type ResourceRow, rowAfter, toResource } from '../../rows/resource-rows.ts'
import type { ReadsLater, WritesLater } from './context.ts'
import type { Queries } from './database.ts'
import { nextPosition, noteChange } from './resource-changes.ts'

const find = (queries: Queries, { kind, project, name }: ResourceKey) =>
  queries.get<ResourceRow>('SELECT * FROM resource WHERE kind = $1 AND project = $2 AND name = $3', [kind, project, name])

export const resourceReads = {
  'resources.get': async ({ database }, key) => {
    const row = await find(database, key)
    return row && toResource(row)
  },
  'resources.list': async ({ database }, { kind, project, after }) => {
    const rows = await database.all<ResourceRow>(
      `SELECT * FROM resource WHERE kind = $1 AND ($2::text IS NULL OR project = $2) AND (project, name) > ($3, $4)
        ORDER BY project, name LIMIT $5`,
      [kind, project ?? null, ...after, mostRows],
    )
    return rows.map(toResource)
  },
} satisfies Partial<ReadsLater>

export const resourceWrites = {
  'resources.put': ({ chain, now }, put) =>
    chain.write(async (queries, append) => {
      const position = await nextPosition(queries)
      const before = await find(queries, put)
      const row = rowAfter(put, before, now)
      if (!row) return { resource: toResource(before!), changed: false }
      await queries.run(
        `INSERT INTO resource(kind, project, name, id, managed_by, version, created_at, updated_at, spec) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (kind, project, name) DO UPDATE SET managed_by = excluded.managed_by, version = excluded.version,
           updated_at = excluded.updated_at, spec = excluded.spec`,
        [row.kind, row.project, row.name, row.id, row.managed_by, row.version, row.created_at, row.updated_at, row.spec],
      )
      await append(eventOf(now, put.actor, before, row))
      await noteChange(queries, position, row, chain.writer)
      return { resource: toResource(row), changed: true }
    }),
  'resources.remove': ({ chain, now }, { actor, ...key }) =>
    chain.write(async (queries, append) => {
      const position = await nextPosition(queries)
      const before = await find(queries, key)
      if (!before) return false
      await queries.run('DELETE FROM resource WHERE kind = $1 AND project = $2 AND name = $3', [key.kind, key.project, key.name])
      await append(eventOf(now, actor, before, undefined))
      await noteChange(queries, position, before, chain.writer)
      return true
    }),
} satisfies Partial<WritesLater>
