import type { AuditReport } from '@gatehouse/contracts'
import {
  backUp,
  type CheckedBackup,
  checkBackup,
  type InstallationPlace,
  type InstallationStatus,
  installationStatus,
  type MadeBackup,
  migrateStore,
  type Restored,
  restore,
  verifyAudit,
  verifySharedAudit,
} from '@gatehouse/storage'
import { openBlobs } from './open-blobs.ts'
import { headsFileOf, type ServeOptions } from './options.ts'
import { openStore } from './seed.ts'

interface Watched {
  /** Told in words what is being done. */
  readonly progress: (text: string) => void
}

interface Proof {
  readonly masterKey: Buffer
  /** Unset: those this machine's server exports. */
  readonly headsFile?: string
}

/** What is done to a store beside its servers; `options` say where it is, as they say it to `serve`. */
export const installation = {
  status: ({ data, storeUrl }: ServeOptions): Promise<InstallationStatus> =>
    installationStatus({ directory: data, ...(storeUrl === undefined ? {} : { url: storeUrl }) }),

  migrate: ({ data, storeUrl }: ServeOptions): Promise<{ from: number; to: number }> =>
    migrateStore(storeUrl === undefined ? { directory: data } : { url: storeUrl }),

  /** Every chain against the signed heads; reads only. */
  verifyAudit: async (options: ServeOptions, { masterKey, headsFile = headsFileOf(options) }: Proof): Promise<AuditReport> =>
    options.storeUrl === undefined
      ? verifyAudit({ directory: options.data, masterKey, headsFile })
      : await verifySharedAudit({ url: options.storeUrl, masterKey, headsFile }),

  backUp: async (
    options: ServeOptions,
    work: Watched & { to: string; program: string; masterKey: Buffer },
  ): Promise<MadeBackup & { recorded: boolean }> => {
    const made = await backUp({ ...(await placeOf(options, work.masterKey)), to: work.to, program: work.program, progress: work.progress })
    return { ...made, recorded: await recordBackup(options, made) }
  },

  checkBackup: (work: { from: string; masterKey: Buffer }): Promise<CheckedBackup> => checkBackup(work),

  restore: async (options: ServeOptions, work: Watched & { from: string; masterKey: Buffer }): Promise<Restored> =>
    restore({ ...(await placeOf(options, work.masterKey)), from: work.from, progress: work.progress }),
}

/**
 * In the audit of the store that was copied, where this process may write it: a data directory that no server has open. A backup is not worth less
 * without the record, so whatever is in the way only leaves it out; an older store is not lifted for it.
 */
async function recordBackup(options: ServeOptions, { manifest: { id, at } }: MadeBackup): Promise<boolean> {
  if (options.storeUrl !== undefined) return false
  try {
    const { version, newest, running } = await installationStatus({ directory: options.data })
    if (running || version !== newest) return false
    await using store = await openStore(options)
    await store.audit.append({ at, project: 'default', actor: 'system', action: 'store.backup', object: `backup/${id}` })
    return true
  } catch {
    return false
  }
}

async function placeOf(options: ServeOptions, masterKey: Buffer): Promise<InstallationPlace> {
  const { data, storeUrl } = options
  if (storeUrl === undefined && options.blobs === undefined) return { directory: data, headsFile: headsFileOf(options), masterKey }
  return {
    ...{ directory: data, headsFile: headsFileOf(options), masterKey, blobs: await openBlobs(options) },
    ...(storeUrl === undefined ? {} : { url: storeUrl }),
  }
}
