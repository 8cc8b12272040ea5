import { AppError } from '@gatehouse/kernel'
import pg from 'pg'
import { unfinishedText } from '../place/unfinished.ts'
import { connectionOf } from '../postgres/worker/database.ts'
import { statusOf } from '../status.ts'
import type { Source } from './source.ts'
import { droppedRecords, type Row, selectOf, type Table, type TableName } from './tables.ts'

/** Rows of one fetch: segments are the largest of which there are many. */
const atOnce = 500

/** One transaction that sees the database as it was at its beginning. Needs no program beside this one. */
export async function openPostgresSource(url: string): Promise<Source> {
  const { version, newest } = await statusOf({ url })
  if (version === 0) throw new AppError('not_found', 'there is no store in this database')
  if (version !== newest)
    throw new AppError(
      'conflict',
      version > newest
        ? `the store has version ${version}, this program knows versions up to ${newest}: back it up with a newer program`
        : `the store has version ${version}, this program needs ${newest}: run "gatehouse db migrate" first`,
    )
  const client = new pg.Client(connectionOf(url))
  client.on('error', () => {}) // the statement under way is told
  await client.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // a slow disk on our side is no idleness
    await client.query('SET LOCAL idle_in_transaction_session_timeout = 0')
    const meta = await client.query<{ key: string; value: string }>('SELECT key, value FROM meta')
    const told = new Map(meta.rows.map(({ key, value }) => [key, value]))
    const restoring = told.get('restoring')
    if (restoring !== undefined) throw new AppError('conflict', unfinishedText('this database', restoring))
    const vectorTables = await client.query<{ dimension: number }>('SELECT dimension FROM vector_table ORDER BY dimension')
    const dimensions = vectorTables.rows.map(({ dimension }) => dimension)
    return {
      kind: 'postgresql',
      version,
      fingerprint: told.get('fingerprint') ?? '',
      rows: (table) => (table.name === 'segment_vector' ? vectors(client, dimensions) : fetchAll(client, statementOf(table))),
      async [Symbol.asyncDispose]() {
        await client.end()
      },
    }
  } catch (thrown) {
    await client.end()
    throw thrown
  }
}

async function* fetchAll<Found = Row>(client: pg.Client, sql: string): AsyncGenerator<Found> {
  await client.query(`DECLARE rows NO SCROLL CURSOR FOR ${sql}`)
  for (;;) {
    const { rows } = await client.query(`FETCH ${atOnce} FROM rows`)
    if (rows.length === 0) break
    yield* rows as Found[]
  }
  await client.query('CLOSE rows')
}

async function* vectors(client: pg.Client, dimensions: readonly number[]): AsyncGenerator<Row> {
  for (const dimension of dimensions) {
    const sql = `SELECT id, dataset, vector::text AS vector FROM segment_vector_${dimension} ORDER BY id`
    for await (const { id, dataset, vector } of fetchAll<{ id: number; dataset: number; vector: string }>(client, sql))
      yield { id, dataset, vector: new Uint8Array(Float32Array.from(JSON.parse(vector) as number[]).buffer) }
  }
}

const statementOf = (table: Table) => statements[table.name as TableName] ?? selectOf(table)

/** Where this database keeps it otherwise. */
const statements: Partial<Record<TableName, string>> = {
  record: `SELECT kind, id, project, expires_at, body FROM record WHERE kind NOT IN (${droppedRecords.map((kind) => `'${kind}'`)}) ORDER BY kind, id`,
  sequence: `SELECT 'batch' AS name, last_value AS value FROM batch_id WHERE is_called
             UNION ALL SELECT 'data_key', last_value FROM data_key_id_seq WHERE is_called`,
}
