import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '@gatehouse/kernel'
import { Database } from './embedded/worker/database.ts'
import { migrate, newestVersion, refuseNewer, versionOf } from './embedded/worker/migrations.ts'
import { StoreLock } from './place/lock.ts'
import { checkAddress } from './postgres/address.ts'
import { migrateDatabase, statusOfDatabase } from './postgres/status.ts'
import { noCounts, type StoreCounts, type StorePlace, type StoreStatus } from './store-status.ts'
import { toError } from './threads/driver.ts'
import { toPlain } from './threads/failure.ts'

/** Reads only; a server may run meanwhile. */
export async function statusOf(place: StorePlace): Promise<StoreStatus> {
  if (!('url' in place)) return statusOfDirectory(resolve(place.directory))
  checkAddress(place.url)
  return statusOfDatabase(place.url)
}

/**
 * Lifts the tables to this program's version. An embedded store's server must be stopped; on PostgreSQL processes take turns.
 * `conflict` when the store is newer, or in use. A start of the server does the same.
 */
export async function migrateStore(place: StorePlace): Promise<{ from: number; to: number }> {
  if (!('url' in place)) return migrateDirectory(resolve(place.directory))
  checkAddress(place.url)
  return migrateDatabase(place.url)
}

function statusOfDirectory(directory: string): StoreStatus {
  const file = join(directory, 'store.db')
  if (!existsSync(file)) return { kind: 'sqlite', version: 0, newest: newestVersion, bytes: 0, ...noCounts }
  return onDatabase(file, true, (database) => {
    const version = versionOf(database)
    const size = database.get<{ bytes: number }>('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()')
    const isKnown = version > 0 && version <= newestVersion
    return { kind: 'sqlite', version, newest: newestVersion, bytes: size?.bytes ?? 0, ...(isKnown ? countsIn(database) : noCounts) }
  })
}

const countsIn = (database: Database): StoreCounts =>
  database.get<StoreCounts>(
    `SELECT (SELECT count(*) FROM document) AS documents, (SELECT count(*) FROM segment) AS segments, (SELECT count(*) FROM call) AS calls,
            (SELECT count(DISTINCT writer) FROM audit) AS writers`,
  ) ?? noCounts

function migrateDirectory(directory: string): { from: number; to: number } {
  const file = join(directory, 'store.db')
  if (!existsSync(file)) throw new AppError('not_found', `there is no store in ${directory}`)
  const lock = new StoreLock(directory, Date.now())
  try {
    return onDatabase(file, false, (database) => {
      const from = versionOf(database)
      refuseNewer(from)
      migrate(database)
      return { from, to: newestVersion }
    })
  } finally {
    lock.release()
  }
}

function onDatabase<Result>(file: string, readOnly: boolean, work: (database: Database) => Result): Result {
  try {
    const database = new Database(file, { readOnly })
    try {
      return work(database)
    } finally {
      database.close()
    }
  } catch (thrown) {
    throw toError(toPlain(thrown))
  }
}
