import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DocumentRecord } from '@gatehouse/contracts'
import { AppError, uuidv7 } from '@gatehouse/kernel'
import { signHead, signOrphans } from '../embedded/worker/audit.ts'
import { AuditChain } from '../embedded/worker/audit-chain.ts'
import type { Writing } from '../embedded/worker/context.ts'
import { DataKeys } from '../embedded/worker/data-keys.ts'
import { Database } from '../embedded/worker/database.ts'
import { indexWrites } from '../embedded/worker/index-documents.ts'
import { finish, ingest } from '../embedded/worker/journal.ts'
import { migrate } from '../embedded/worker/migrations.ts'
import { retokenise } from '../embedded/worker/retokenise.ts'
import { insertVector } from '../embedded/worker/vectors.ts'
import { verifyStore } from '../embedded/worker/verify.ts'
import { leftOver } from '../journal/lines.ts'
import type { Keys } from '../keys/keys.ts'
import { StoreLock } from '../place/lock.ts'
import { isUnfinished, markFinished, markUnfinished } from '../place/unfinished.ts'
import { isReadable, searchName } from '../rows/document-rows.ts'
import { callOf } from './call-columns.ts'
import { floatsIn, type Row, type Table, type TableName, tables } from './tables.ts'
import type { Target } from './target.ts'

export interface TargetPlace {
  readonly directory: string
  readonly headsFile: string
  readonly keys: Keys
  readonly from: string
  readonly now: number
}

const ours = ['store.db', 'store.db-wal', 'store.db-shm', 'blobs', 'journal']
/** Those that are there before anybody keeps anything. */
const harmless = ['lost+found', 'lock.db', 'lock.db-journal', 'running.json', 'restoring.json']
/** What an index was made by; 0 says: make it again. */
const noTokenizer = 0

/** The data directory as a target: empty, or left by a restore that did not finish. Its lock is held until the end. */
export function openEmbeddedTarget({ directory, headsFile, keys, from, now }: TargetPlace): Target {
  const lock = new StoreLock(directory, now)
  try {
    if (isUnfinished(directory)) for (const name of ours) rmSync(join(directory, name), { recursive: true, force: true })
    refuseFull(directory)
    markUnfinished(directory, from, now)
    syncDirectory(directory)
    const database = new Database(join(directory, 'store.db'), { readOnly: false })
    migrate(database)
    database.run("INSERT INTO meta(key, value) VALUES ('fingerprint', ?)", keys.fingerprint)
    const chain = new AuditChain(database, keys, uuidv7(now))
    return targetOf({ database, keys, dataKeys: new DataKeys(database, keys.wrapping), headsFile, chain, directory, now }, lock)
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

function refuseFull(directory: string): void {
  const [found] = readdirSync(directory).filter((name) => !harmless.includes(name))
  if (found === undefined) return
  throw new AppError(
    'conflict',
    `${directory} is not empty (${found}): a restore only fills an empty directory; name another one with --data, or move this one away first`,
  )
}

function targetOf(context: Writing, lock: StoreLock): Target {
  const { database, directory } = context
  return {
    async load(rows) {
      for (const table of tables) await fill(context, table, rows(table.name))
    },
    async count(name) {
      const sql =
        name === 'sequence'
          ? "SELECT count(*) AS n FROM sqlite_sequence WHERE name IN ('batch', 'data_key')"
          : `SELECT count(*) AS n FROM "${name}"`
      return database.get<{ n: number }>(sql)?.n ?? 0
    },
    async complete(event) {
      for (const left of leftOver(directory)) {
        while (together(context, () => ingest(context, left).again));
        finish(context, left)
      }
      retokenise(context)
      together(context, () => context.chain.append(event))
      signOrphans(context)
      signHead(context)
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    async integrity() {
      return database.get<{ integrity_check: string }>('PRAGMA integrity_check(1)')?.integrity_check ?? 'no answer'
    },
    async verify() {
      return verifyStore(database, context.keys.publicKey, context.headsFile)
    },
    async release() {
      markFinished(directory)
      syncDirectory(directory)
    },
    async [Symbol.asyncDispose]() {
      database.close()
      lock.release()
    },
  }
}

function together<Result>({ database }: Writing, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (thrown) {
    database.exec('ROLLBACK')
    throw thrown
  }
}

/** One transaction per table; whoever is killed in between begins anew. */
async function fill(context: Writing, table: Table & { name: TableName }, rows: AsyncIterable<Row>): Promise<void> {
  const insert = special[table.name] ?? plain(table)
  context.database.exec('BEGIN IMMEDIATE')
  for await (const row of rows) insert(context, row)
  context.database.exec('COMMIT')
}

type Insert = (context: Writing, row: Row) => void

const plain = ({ name, columns }: Table): Insert => {
  const names = Object.keys(columns)
  return inserter(name, names)
}

function inserter(name: string, columns: readonly string[]): Insert {
  const sql = `INSERT INTO "${name}"(${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
  return ({ database }, row) => {
    database.run(sql, ...columns.map((column) => storable(row[column])))
  }
}

const storable = (value: Row[string] | undefined) => (typeof value === 'boolean' ? Number(value) : (value ?? null))

const documentColumns = 'id public_id project dataset path batch search_name readable characters indexed_version identity segments record'
const insertDocument = inserter('document', documentColumns.split(' '))
const insertSegment = inserter('segment', ['id', 'public_id', 'document', 'dataset', 'version', 'position', 'quarantined'])
const insertText = inserter('segment_text', ['id', 'body', 'text_at', 'meta'])
const callColumns =
  'id project parent at consumer user target operation end status error duration input_tokens output_tokens batch position line'
const insertCall = inserter('call', callColumns.split(' '))

/** Where this database keeps it otherwise. */
const special: Partial<Record<TableName, Insert>> = {
  dataset(context, { id, public_id, project }) {
    indexWrites['search.createDataset'](context, { id: String(public_id), project: String(project) })
    context.database.run('UPDATE dataset SET id = ?, tokenizer = ? WHERE public_id = ?', Number(id), noTokenizer, String(public_id))
  },
  document(context, row) {
    const document = JSON.parse(String(row.record)) as DocumentRecord
    const { project, path = null, batch, characters, principals } = document
    const readable = isReadable(document)
    insertDocument(context, { ...row, project, path, batch, characters, readable, search_name: searchName(document) })
    context.database.run(
      'INSERT OR IGNORE INTO document_acl(dataset, readable, principal, document) SELECT ?, ?, value, ? FROM json_each(?)',
      ...[Number(row.dataset), Number(readable), Number(row.id), JSON.stringify(principals)],
    )
  },
  segment(context, row) {
    insertSegment(context, row)
    insertText(context, row)
  },
  segment_vector({ database }, { id, vector }) {
    const segment = database.get<{ document: number; quarantined: number }>(
      'SELECT document, quarantined FROM segment WHERE id = ?',
      Number(id),
    )
    if (!segment) throw new AppError('conflict', 'a vector belongs to no segment: the store was damaged before the backup')
    const { document, quarantined } = segment
    insertVector(database, { id: Number(id), document, quarantined: quarantined === 1 }, floatsIn(vector as Uint8Array))
  },
  call(context, row) {
    insertCall(context, callOf(row))
  },
  sequence({ database }, { name, value }) {
    // a row is there when something was inserted
    const known = database.run('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?', Number(value), String(name))
    if (known === 0) database.run('INSERT INTO sqlite_sequence(name, seq) VALUES (?, ?)', String(name), Number(value))
  },
}

function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return // directories cannot be opened there
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
