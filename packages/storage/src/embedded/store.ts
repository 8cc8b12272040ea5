import { join } from 'node:path'
import { type Blobs, type Clock, uuidv7 } from '@gatehouse/kernel'
import { DirectoryBlobs } from '../blobs/directory-blobs.ts'
import type { FileJournalOptions } from '../journal/file-journal.ts'
import { StoreLock } from '../place/lock.ts'
import { preparePlace } from '../place/place.ts'
import { assembleStore, type ServerStore } from '../threads/assemble.ts'
import { Driver } from '../threads/driver.ts'

export interface EmbeddedStoreOptions {
  readonly directory: string
  /** 32 bytes; see `loadMasterKey`. */
  readonly masterKey: Buffer
  /** Where signed heads of the audit are exported to; outside the directory. */
  readonly headsFile: string
  /** Files of the directory when there are no others. */
  readonly blobs?: Blobs
  /** A module exporting `redact(text)` and `decode(dialect, bytes)`. Without it, content of level `redacted` is not kept. */
  readonly redactor?: URL
  readonly clock?: Clock
  readonly readers?: number
  /** For tests: how the journal writes, and after how many bytes it begins a new file. */
  readonly journal?: Pick<FileJournalOptions, 'write' | 'rotateAt'>
}

export async function createEmbeddedStore(options: EmbeddedStoreOptions): Promise<ServerStore> {
  const { clock = { now: Date.now }, readers = 2 } = options
  const { directory, headsFile } = preparePlace(options)
  const lock = new StoreLock(directory, clock.now())
  try {
    const writer = uuidv7(clock.now())
    const masterKey = Uint8Array.from(options.masterKey)
    const driver = new Driver({
      ...{ clock, readers, workerData: { directory, headsFile, writer, masterKey, file: join(directory, 'store.db'), now: clock.now() } },
      writer: new URL('./worker/writer.worker.ts', import.meta.url),
      reader: new URL('./worker/reader.worker.ts', import.meta.url),
    })
    return await assembleStore({
      ...{ kind: 'sqlite', driver, directory, writer, clock, lock, watchers: new Set() },
      ...{ redactor: options.redactor, journal: options.journal },
      blobs: options.blobs ?? new DirectoryBlobs(join(directory, 'blobs')),
      upkeep: () => driver.writer.ask('checkpoint', undefined),
    })
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}
