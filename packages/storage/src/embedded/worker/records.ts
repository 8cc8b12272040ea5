import { seal, unseal } from '../../keys/sealing.ts'
import { mostRows } from '../../rows/pages.ts'
import type { Reading, Writing } from './context.ts'

interface Key {
  readonly kind: string
  readonly id: string
}
interface Row {
  id: string
  body: Uint8Array
}

const nameOf = ({ kind, id }: Key) => `record ${kind} ${id}`
const open = (context: Reading, key: Key, body: Uint8Array): unknown =>
  JSON.parse(unseal(context.keys.records, body, nameOf(key)).toString())

export const recordReads = {
  'records.get': (context: Reading, key: Key): { body: unknown } | undefined => {
    const row = context.database.get<Row>(
      'SELECT id, body FROM record WHERE kind = ? AND id = ? AND (expires_at IS NULL OR expires_at > ?)',
      ...[key.kind, key.id, context.now],
    )
    return row && { body: open(context, key, row.body) }
  },
  'records.list': (context: Reading, { kind, after }: { kind: string; after: string }): { id: string; body: unknown }[] =>
    context.database
      .all<Row>(
        'SELECT id, body FROM record WHERE kind = ? AND id > ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY id LIMIT ?',
        ...[kind, after, context.now, mostRows],
      )
      .map(({ id, body }) => ({ id, body: open(context, { kind, id }, body) })),
  'secrets.get': (context: Reading, id: string): string | undefined => {
    const row = context.database.get<Row>('SELECT id, body FROM secret WHERE id = ?', id)
    return row && unseal(context.keys.secrets, row.body, `secret ${id}`).toString()
  },
}

export const recordWrites = {
  'records.put': (context: Writing, { body, expiresAt, ...key }: Key & { body: string; expiresAt?: number }): void => {
    const sealed = seal(context.keys.records, body, nameOf(key))
    context.database.run(
      'INSERT OR REPLACE INTO record(kind, id, expires_at, body) VALUES (?, ?, ?, ?)',
      key.kind,
      key.id,
      expiresAt ?? null,
      sealed,
    )
  },
  'records.take': (context: Writing, key: Key): { body: unknown } | undefined => {
    const row = context.database.get<Row & { expires_at: number | null }>(
      'DELETE FROM record WHERE kind = ? AND id = ? RETURNING id, body, expires_at',
      ...[key.kind, key.id],
    )
    return row && (row.expires_at === null || row.expires_at > context.now) ? { body: open(context, key, row.body) } : undefined
  },
  'records.remove': (context: Writing, key: Key): boolean =>
    context.database.run('DELETE FROM record WHERE kind = ? AND id = ?', key.kind, key.id) > 0,
  'records.expire': (context: Writing): number => context.database.run('DELETE FROM record WHERE expires_at <= ?', context.now),
  'secrets.put': (context: Writing, { id, value }: { id: string; value: string }): void => {
    context.database.run('INSERT OR REPLACE INTO secret(id, body) VALUES (?, ?)', id, seal(context.keys.secrets, value, `secret ${id}`))
  },
  'secrets.remove': (context: Writing, id: string): boolean => context.database.run('DELETE FROM secret WHERE id = ?', id) > 0,
}
