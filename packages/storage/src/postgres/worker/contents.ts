import { unseal } from '../../keys/sealing.ts'
import type { ReadsLater, WritesLater } from './context.ts'
import { ensureKey, keyOf, type WithKey } from './data-keys.ts'

export const contentReads = {
  'contents.get': async ({ database, keys }, call) => {
    const row = await database.get<WithKey & { body: Buffer | null }>(
      'SELECT c.body, k.person, k.month, k.wrapped FROM call_content c LEFT JOIN data_key k ON k.id = c.data_key WHERE c.call = $1',
      [call],
    )
    const key = row && keyOf(keys, row)
    return key && row.body ? JSON.parse(unseal(key, row.body, `content ${call}`).toString()) : undefined
  },
} satisfies Partial<ReadsLater>

export const contentWrites = {
  /** For the content worker. */
  'contents.keys': ({ database, keys }, people) =>
    Promise.all(
      people.map(async ({ person, at }) => {
        const { id, key } = await ensureKey(database, keys, person, at)
        return { id, key: Uint8Array.from(key) } // not a view of a shared pool
      }),
    ),
  /** Leaves out what was sealed with a key destroyed meanwhile; returns those calls. */
  'contents.put': async ({ database }, contents) => {
    const kept = await database.all<{ call: string }>(
      `INSERT INTO call_content(call, at, data_key, body)
       SELECT c.call, c.at, k.id, c.body FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[]) c(call, at, data_key, body)
         JOIN data_key k ON k.id = c.data_key
       ON CONFLICT (call) DO NOTHING RETURNING call`,
      [
        contents.map(({ call }) => call),
        contents.map(({ at }) => at),
        contents.map(({ dataKey }) => dataKey),
        contents.map(({ body }) => Buffer.from(body)),
      ],
    )
    const known = new Set(kept.map(({ call }) => call))
    return contents.filter(({ call }) => !known.has(call)).map(({ call }) => call)
  },
  /** Says that there was content and that it was lost: never silent. */
  'contents.lost': async ({ database }, calls) => {
    await database.run('INSERT INTO call_content(call, at) SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT (call) DO NOTHING', [
      calls.map(({ call }) => call),
      calls.map(({ at }) => at),
    ])
  },
  'contents.erase': ({ database }, person) => database.run('DELETE FROM data_key WHERE person = $1', [person]),
} satisfies Partial<WritesLater>
