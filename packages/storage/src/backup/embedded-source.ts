import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { AppError } from '@gatehouse/kernel'
import { Database } from '../embedded/worker/database.ts'
import { migrate, refuseNewer, versionOf } from '../embedded/worker/migrations.ts'
import type { Source } from './source.ts'
import { droppedRecords, type Row, selectOf, type TableName } from './tables.ts'

const everyPage = 2 ** 31 - 1

/**
 * A copy of the whole file in one step, so that a busy server cannot make it begin again; what is read is read from the copy.
 * The copy is lifted to this program's version, the store is not.
 */
export async function openEmbeddedSource(directory: string, scratch: string): Promise<Source> {
  const file = join(directory, 'store.db')
  if (!existsSync(file)) throw new AppError('not_found', `there is no store in ${directory}`)
  const copy = join(scratch, 'store.db')
  const live = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    await backup(live, copy, { rate: everyPage })
  } finally {
    live.close()
  }
  const database = new Database(copy, { readOnly: false })
  try {
    const version = versionOf(database)
    refuseNewer(version)
    const damage = database.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check
    if (damage !== 'ok') throw new AppError('internal', `the database ${file} is damaged: ${damage}; restore your last backup`)
    migrate(database)
    return {
      kind: 'sqlite',
      version,
      fingerprint: database.get<{ value: string }>("SELECT value FROM meta WHERE key = 'fingerprint'")?.value ?? '',
      async *rows(table) {
        yield* database.iterate<Row>(statements[table.name as TableName] ?? selectOf(table))
      },
      async [Symbol.asyncDispose]() {
        database.close()
      },
    }
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** Where this database keeps it otherwise. */
const statements: Partial<Record<TableName, string>> = {
  record: `SELECT kind, id, project, expires_at, body FROM record WHERE kind NOT IN (${droppedRecords.map((kind) => `'${kind}'`)}) ORDER BY kind, id`,
  segment: `SELECT g.id, g.public_id, g.document, g.dataset, g.version, g.position, g.quarantined, t.text_at, t.meta, t.body
              FROM segment g JOIN segment_text t ON t.id = g.id ORDER BY g.id`,
  segment_vector: 'SELECT v.id, g.dataset, v.vector FROM segment_vector v JOIN segment g ON g.id = v.id ORDER BY v.id',
  sequence: "SELECT name, seq AS value FROM sqlite_sequence WHERE name IN ('batch', 'data_key') ORDER BY name",
}
