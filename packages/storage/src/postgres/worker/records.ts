import { seal, unseal } from '../../keys/sealing.ts'
import { mostRows } from '../../rows/pages.ts'
import type { Reading, ReadsLater, WritesLater } from './context.ts'

interface Key {
  readonly kind: string
  readonly id: string
}
interface Row {
  id: string
  body: Buffer
}

const nameOf = ({ kind, id }: Key) => `record ${kind} ${id}`
const open = (context: Reading, key: Key, body: Buffer): unknown => JSON.parse(unseal(context.keys.records, body, nameOf(key)).toString())

export const recordReads = {
  'records.get': async (context, key) => {
    const row = await context.database.get<Row>(
      'SELECT id, body FROM record WHERE kind = $1 AND id = $2 AND (expires_at IS NULL OR expires_at > $3)',
      [key.kind, key.id, context.now],
    )
    return row && { body: open(context, key, row.body) }
  },
  'records.list': async (context, { kind, after }) => {
    const rows = await context.database.all<Row>(
      'SELECT id, body FROM record WHERE kind = $1 AND id > $2 AND (expires_at IS NULL OR expires_at > $3) ORDER BY id LIMIT $4',
      [kind, after, context.now, mostRows],
    )
    return rows.map(({ id, body }) => ({ id, body: open(context, { kind, id }, body) }))
  },
  'secrets.get': async (context, id) => {
    const row = await context.database.get<Row>('SELECT id, body FROM secret WHERE id = $1', [id])
    return row && unseal(context.keys.secrets, row.body, `secret ${id}`).toString()
  },
} satisfies Partial<ReadsLater>

export const recordWrites = {
  'records.put': async ({ database, keys }, { body, expiresAt, ...key }) => {
    await database.run(
      `INSERT INTO record(kind, id, expires_at, body) VALUES ($1, $2, $3, $4)
       ON CONFLICT (kind, id) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body`,
      [key.kind, key.id, expiresAt ?? null, seal(keys.records, body, nameOf(key))],
    )
  },
  'records.take': async (context, key) => {
    const row = await context.database.get<Row & { expires_at: number | null }>(
      'DELETE FROM record WHERE kind = $1 AND id = $2 RETURNING id, body, expires_at',
      [key.kind, key.id],
    )
    return row && (row.expires_at === null || row.expires_at > context.now) ? { body: open(context, key, row.body) } : undefined
  },
  'records.remove': async ({ database }, key) =>
    (await database.run('DELETE FROM record WHERE kind = $1 AND id = $2', [key.kind, key.id])) > 0,
  'records.expire': ({ database, now }) => database.run('DELETE FROM record WHERE expires_at <= $1', [now]),
  'secrets.put': async ({ database, keys }, { id, value }) => {
    await database.run('INSERT INTO secret(id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body', [
      id,
      seal(keys.secrets, value, `secret ${id}`),
    ])
  },
  'secrets.remove': async ({ database }, id) => (await database.run('DELETE FROM secret WHERE id = $1', [id])) > 0,
} satisfies Partial<WritesLater>
