import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DocumentRecord } from '@gatehouse/contracts'
import { AppError, uuidv7 } from '@gatehouse/kernel'
import { leftOver } from '../journal/lines.ts'
import { StoreLock } from '../place/lock.ts'
import { signHead, signOrphans } from '../postgres/worker/audit.ts'
import { Chain } from '../postgres/worker/chain.ts'
import type { Writing } from '../postgres/worker/context.ts'
import { Database, type Queries } from '../postgres/worker/database.ts'
import { advance } from '../postgres/worker/journal.ts'
import { checkKey, migrate } from '../postgres/worker/migrations.ts'
import { retokenise } from '../postgres/worker/retokenise.ts'
import { ensureVectorTable, insertVectors } from '../postgres/worker/vectors.ts'
import { verifyReads } from '../postgres/worker/verify.ts'
import { isReadable, searchName } from '../rows/document-rows.ts'
import { callOf } from './call-columns.ts'
import type { TargetPlace } from './embedded-target.ts'
import { type ColumnType, floatsIn, quoted, type Row, type Table, type TableName, tables } from './tables.ts'
import type { Target } from './target.ts'

export interface PostgresTargetPlace extends TargetPlace {
  readonly url: string
  readonly dimensions: readonly number[]
}

const connections = 2
const mostRows = 500
const mostCharacters = 4 << 20
/** Emptied when a restore did not finish; others follow from them. */
const emptied = tables.flatMap(({ name }) => (name === 'sequence' || name === 'segment_vector' ? [] : [quoted(name)]))

/**
 * An empty database as a target. All rows come in one transaction with the mark that they are not complete; the mark goes last, and no
 * server starts while it is there.
 */
export async function openPostgresTarget(place: PostgresTargetPlace): Promise<Target> {
  const { url, directory, headsFile, keys, now } = place
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const lock = new StoreLock(directory, now)
  const database = new Database(url, connections)
  const close = async () => {
    await database.close()
    lock.release()
  }
  try {
    await migrate(database)
    await refuseFull(database, directory)
    await checkKey(database, keys.fingerprint)
    // what lies there from an unfinished restore comes again
    for (const { file } of leftOver(directory)) rmSync(join(directory, 'journal', file))
    for (const dimension of place.dimensions) await ensureVectorTable(database, dimension)
    const chain = new Chain(database, keys, uuidv7(now))
    return { ...targetOf({ database, keys, headsFile, directory, chain, now }, place.from), [Symbol.asyncDispose]: close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

async function refuseFull(database: Database, directory: string): Promise<void> {
  if (await database.get("SELECT 1 FROM meta WHERE key = 'restoring'")) return
  if (leftOver(directory).length > 0)
    throw new AppError(
      'conflict',
      `${directory} holds calls that a server did not hand over to its database: start that server once more, or name another directory with --data`,
    )
  for (const name of ['resource', 'record', 'document', 'call', 'audit'] as const)
    if (await database.get(`SELECT 1 FROM ${quoted(name)} LIMIT 1`))
      throw new AppError(
        'conflict',
        'the database is not empty: a restore only fills an empty one; make another database and name it with --store',
      )
}

function targetOf(context: Writing, from: string): Omit<Target, keyof AsyncDisposable> {
  const { database, directory } = context
  return {
    async load(rows) {
      await database.transaction(async (queries) => {
        await queries.run(`TRUNCATE ${emptied.join(', ')} CASCADE`)
        await queries.run("INSERT INTO meta(key, value) VALUES ('restoring', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [
          from,
        ])
        const indexes = await queries.all<Index>(slowIndexes)
        for (const { name } of indexes) await queries.run(`DROP INDEX ${quoted(name)}`)
        for (const table of tables) await fill(queries, table, rows(table.name))
        for (const { definition } of indexes) await queries.run(definition)
        for (const name of ['dataset', 'document', 'segment', 'data_key']) await queries.run(nextAfter(name))
      })
    },
    async count(name) {
      if (name === 'sequence') return (await database.all(sequences)).length
      if (name !== 'segment_vector') return (await database.get<{ n: number }>(`SELECT count(*) AS n FROM ${quoted(name)}`))?.n ?? 0
      let vectors = 0
      for (const { dimension } of await database.all<{ dimension: number }>('SELECT dimension FROM vector_table'))
        vectors += (await database.get<{ n: number }>(`SELECT count(*) AS n FROM segment_vector_${dimension}`))?.n ?? 0
      return vectors
    },
    async complete(event) {
      for (const left of leftOver(directory)) await advance(context, left)
      await retokenise(context)
      await context.chain.write((_, append) => append(event))
      await signOrphans(context)
      await signHead(context)
    },
    // the database server's own care; references were checked as the rows came in
    integrity: async () => 'ok',
    verify: () => verifyReads['audit.verify'](context),
    async release() {
      await database.run("DELETE FROM meta WHERE key = 'restoring'")
    },
  }
}

interface Index {
  readonly name: string
  readonly definition: string
}
/** Of vectors: made in one go they take a tenth of the time. */
const slowIndexes = `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
  WHERE schemaname = current_schema() AND tablename LIKE 'segment\\_vector\\_%' AND indexdef LIKE '%USING hnsw%'`

const sequences = 'SELECT 1 FROM batch_id WHERE is_called UNION ALL SELECT 1 FROM data_key_id_seq WHERE is_called'
const nextAfter = (name: string) =>
  `SELECT setval(pg_get_serial_sequence('${name}', 'id'), max(id)) FROM ${name} HAVING max(id) > (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${name}_id_seq)`

async function fill(queries: Queries, table: Table & { name: TableName }, rows: AsyncIterable<Row>): Promise<void> {
  const insert = special[table.name] ?? inserter(table.name, table.columns)
  let batch: Row[] = []
  let size = 0
  for await (const row of rows) {
    batch.push(row)
    size += sizeOf(row)
    if (batch.length < mostRows && size < mostCharacters) continue
    await insert(queries, batch)
    batch = []
    size = 0
  }
  if (batch.length > 0) await insert(queries, batch)
}

const sizeOf = (row: Row): number =>
  Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 8), 0)

type Insert = (queries: Queries, rows: readonly Row[]) => Promise<unknown>

const arrays: Readonly<Record<ColumnType, string>> = { text: 'text[]', integer: 'bigint[]', boolean: 'boolean[]', bytes: 'bytea[]' }

/** A column of the batch is one parameter. */
function inserter(name: string, columns: Table['columns']): Insert {
  const names = Object.keys(columns)
  const given = names.map((column, at) => `$${at + 1}::${arrays[columns[column]!]}`)
  const sql = `INSERT INTO ${quoted(name)}(${names.map(quoted).join(', ')}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(${given.join(', ')})`
  return (queries, rows) =>
    queries.run(
      sql,
      names.map((column) => rows.map((row) => row[column] ?? null)),
    )
}

const insertDataset = inserter('dataset', { id: 'integer', public_id: 'text', project: 'text', tokenizer: 'integer' })
const insertSegment = inserter('segment', {
  ...{ id: 'integer', public_id: 'text', document: 'integer', dataset: 'integer', version: 'integer', position: 'integer' },
  ...{ quarantined: 'boolean', text_at: 'integer', meta: 'text', body: 'text' },
})
const insertCall = inserter('call', {
  ...{ id: 'text', project: 'text', parent: 'text', at: 'integer', consumer: 'text', user: 'text', target: 'text', operation: 'text' },
  ...{ end: 'text', status: 'integer', error: 'text', duration: 'integer', input_tokens: 'integer', output_tokens: 'integer' },
  ...{ weak: 'boolean', batch: 'integer', position: 'integer', line: 'text' },
})
const insertAudit = inserter('audit', {
  ...{ writer: 'text', sequence: 'integer', previous: 'text', hash: 'text', body: 'text', at: 'integer', project: 'text' },
  ...{ actor: 'text', action: 'text', trace: 'text' },
})

/** Where this database keeps it otherwise. */
const special: Partial<Record<TableName, Insert>> = {
  // an index of no tokeniser is made again
  dataset: (queries, rows) =>
    insertDataset(
      queries,
      rows.map((row) => ({ ...row, tokenizer: 0 })),
    ),
  /** One by one: labels are arrays, and an array of arrays must be square. */
  async document(queries, rows) {
    for (const { id, public_id, dataset, indexed_version, identity, segments, record } of rows) {
      const document = JSON.parse(String(record)) as DocumentRecord
      const { project, title, path = null, batch, principals, characters } = document
      await queries.run(
        `INSERT INTO document(id, public_id, project, dataset, title, path, batch, search_name, readable, principals, characters, indexed_version,
           identity, segments, record) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
        [
          ...[id, public_id, project, dataset, title, path, batch, searchName(document), isReadable(document), principals, characters],
          ...[indexed_version, identity, segments, record],
        ],
      )
    }
  },
  async segment(queries, rows) {
    await insertSegment(queries, rows)
    await queries.run(
      `INSERT INTO segment_words(id, document, dataset, acl, tsv)
       SELECT g.id, g.document, g.dataset, d.acl, '' FROM unnest($1::bigint[]) w(id) JOIN segment g ON g.id = w.id JOIN document d ON d.id = g.document
        WHERE NOT g.quarantined`,
      [rows.map(({ id }) => id)],
    )
  },
  async segment_vector(queries, rows) {
    for (const [dataset, group] of Map.groupBy(rows, (row) => Number(row.dataset)))
      await insertVectors(
        queries,
        dataset,
        group.map(({ id, vector }) => ({ id: Number(id), vector: floatsIn(vector as Uint8Array) })),
      )
  },
  call: (queries, rows) => insertCall(queries, rows.map(callOf)),
  audit: (queries, rows) =>
    insertAudit(
      queries,
      rows.map((row) => ({ ...row, ...factsIn(String(row.body)) })),
    ),
  async sequence(queries, rows) {
    for (const { name, value } of rows)
      await queries.run('SELECT setval($1::regclass, $2)', [name === 'batch' ? 'batch_id' : 'data_key_id_seq', value])
  },
}

function factsIn(body: string): Row {
  const { at, project, actor, action, trace = null } = JSON.parse(body) as Record<string, string | number>
  return { at: Number(at), project: String(project), actor: String(actor), action: String(action), trace }
}
