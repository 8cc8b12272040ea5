import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { AuditReport } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'
import { Database } from './embedded/worker/database.ts'
import { refuseNewer, versionOf } from './embedded/worker/migrations.ts'
import { verifyStore } from './embedded/worker/verify.ts'
import { deriveKeys } from './keys/keys.ts'
import { toError } from './threads/driver.ts'
import { toPlain } from './threads/failure.ts'

/** Checks a store's audit without its server; reads only, so the server may run meanwhile. */
export function verifyAudit({ directory, masterKey, headsFile }: { directory: string; masterKey: Buffer; headsFile: string }): AuditReport {
  const file = join(resolve(directory), 'store.db')
  if (!existsSync(file)) throw new AppError('not_found', `there is no store in ${directory}`)
  try {
    const database = new Database(file, { readOnly: true })
    try {
      refuseNewer(versionOf(database))
      return verifyStore(database, deriveKeys(masterKey).publicKey, resolve(headsFile))
    } finally {
      database.close()
    }
  } catch (thrown) {
    throw toError(toPlain(thrown))
  }
}
