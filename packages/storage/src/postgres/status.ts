import type { AuditReport } from '@gatehouse/contracts'
import { deriveKeys } from '../keys/keys.ts'
import { noCounts, type StoreCounts, type StoreStatus } from '../store-status.ts'
import { toError } from '../threads/driver.ts'
import { checkAddress } from './address.ts'
import { Database } from './worker/database.ts'
import { toPlain } from './worker/failure.ts'
import { migrate, newestVersion, refuseNewer, versionOf } from './worker/migrations.ts'
import { verifyStore } from './worker/verify.ts'

export const statusOfDatabase = (url: string): Promise<StoreStatus> =>
  onDatabase(url, async (database) => {
    const version = await versionOf(database)
    const isKnown = version > 0 && version <= newestVersion
    const bytes = version === 0 ? 0 : ((await database.get<{ bytes: number }>(size))?.bytes ?? 0)
    return {
      kind: 'postgresql',
      version,
      newest: newestVersion,
      bytes,
      ...((isKnown && (await database.get<StoreCounts>(counts))) || noCounts),
    }
  })

export const migrateDatabase = (url: string): Promise<{ from: number; to: number }> =>
  onDatabase(url, async (database) => ({ from: await migrate(database), to: newestVersion }))

/** Checks the audit of a shared store without a server; its servers may run meanwhile. */
export function verifySharedAudit(place: { url: string; masterKey: Buffer; headsFile: string }): Promise<AuditReport> {
  checkAddress(place.url)
  return onDatabase(place.url, async (database) => {
    refuseNewer(await versionOf(database))
    return verifyStore({ database, keys: deriveKeys(place.masterKey), headsFile: place.headsFile })
  })
}

const size = `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS bytes FROM pg_class
  WHERE relkind = 'r' AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('meta'))`
// every chain has a head within a minute, and heads are few
const counts = `SELECT (SELECT count(*) FROM document) AS documents, (SELECT coalesce(sum(segments), 0)::bigint FROM document) AS segments,
  (SELECT count(*) FROM call) AS calls, (SELECT count(DISTINCT writer) FROM audit_head) AS writers`

async function onDatabase<Result>(url: string, work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = new Database(url, 1)
  try {
    return await work(database)
  } catch (thrown) {
    throw toError(toPlain(thrown))
  } finally {
    await database.close()
  }
}
