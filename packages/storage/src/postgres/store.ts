import { type Blobs, type Clock, uuidv7 } from '@gatehouse/kernel'
import type { FileJournalOptions } from '../journal/file-journal.ts'
import { StoreLock } from '../place/lock.ts'
import { preparePlace } from '../place/place.ts'
import { assembleStore, type ServerStore } from '../threads/assemble.ts'
import { Driver } from '../threads/driver.ts'
import type { Watcher } from '../threads/ports.ts'
import { checkAddress } from './address.ts'
import type { PostgresWorkerData } from './worker/context.ts'

export interface PostgresStoreOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string
  /** 32 bytes, the same for every process of the store; see `loadMasterKey`. */
  readonly masterKey: Buffer
  /** Where signed heads of the audit are exported to; outside the directory. */
  readonly headsFile: string
  /** The same for every process of the store. */
  readonly blobs: Blobs
  /** This process's own: its journal lies here until the database has it. */
  readonly directory: string
  /** A module exporting `redact(text)` and `decode(dialect, bytes)`. Without it, content of level `redacted` is not kept. */
  readonly redactor?: URL
  readonly clock?: Clock
  readonly readers?: number
  /** For tests: how the journal writes, and after how many bytes it begins a new file. */
  readonly journal?: Pick<FileJournalOptions, 'write' | 'rotateAt'>
}

/** A store that several processes share; each keeps its own journal and its own chain of the audit. */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<ServerStore> {
  const { url, blobs, clock = { now: Date.now }, readers = 2 } = options
  checkAddress(url)
  const { directory, headsFile } = preparePlace(options)
  const lock = new StoreLock(directory, clock.now())
  try {
    const writer = uuidv7(clock.now())
    const masterKey = Uint8Array.from(options.masterKey)
    const watchers = new Set<Watcher>()
    const driver = new Driver({
      ...{ clock, readers, workerData: { url, directory, headsFile, writer, masterKey, now: clock.now() } satisfies PostgresWorkerData },
      writer: new URL('./worker/writer.worker.ts', import.meta.url),
      reader: new URL('./worker/reader.worker.ts', import.meta.url),
      changed: (changes) => {
        for (const { kind, name } of changes) for (const watcher of watchers) watcher(kind, name)
      },
    })
    return await assembleStore({
      ...{ kind: 'postgresql', driver, watchers, directory, writer, clock, lock, blobs },
      ...{ redactor: options.redactor, journal: options.journal },
    })
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}
