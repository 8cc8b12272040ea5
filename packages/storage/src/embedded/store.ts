import { join } from 'node:path'
import { type Clock, type Store, uuidv7 } from '@gatehouse/kernel'
import { DirectoryBlobs } from './blobs.ts'
import { ContentQueue } from './content-queue.ts'
import { MemoryCounters } from './counters.ts'
import { Driver } from './driver.ts'
import { FileJournal, type Write } from './journal.ts'
import { StoreLock } from './lock.ts'
import { preparePlace } from './place.ts'
import {
  createAudit,
  createCalls,
  createContents,
  createConversations,
  createDocuments,
  createJobs,
  createRecords,
  createResources,
  createSearch,
  createSecrets,
} from './ports.ts'
import { collectGarbage } from './worker/collect-garbage.ts'

export interface EmbeddedStoreOptions {
  readonly directory: string
  /** 32 bytes; see `loadMasterKey`. */
  readonly masterKey: Buffer
  /** Where signed heads of the audit are exported to; outside the directory. */
  readonly headsFile: string
  /** A module exporting `redact(text)` and `decode(dialect, bytes)`. Without it, content of level `redacted` is not kept. */
  readonly redactor?: URL
  readonly clock?: Clock
  readonly readers?: number
  /** For tests: how the journal writes, and after how many bytes it begins a new file. */
  readonly journal?: { readonly write?: Write; readonly rotateAt?: number }
}
export interface EmbeddedStore extends Store {
  /** Tells whoever tries to open the same store where this server is reached. */
  announce(address: string): void
  /** A start or a large ingest is over: gives memory back, in this thread and the store's. A short pause. */
  rest(): void
}

const signEvery = 60_000

export async function createEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { clock = { now: Date.now } } = options
  const { directory, headsFile } = preparePlace(options)
  const lock = new StoreLock(directory, clock.now())
  try {
    return await open({ ...options, directory, headsFile, clock }, lock)
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

async function open(options: EmbeddedStoreOptions & { clock: Clock }, lock: StoreLock): Promise<EmbeddedStore> {
  const { directory, headsFile, clock } = options
  const writer = uuidv7(clock.now())
  const data = {
    directory,
    headsFile,
    writer,
    file: join(directory, 'store.db'),
    masterKey: Uint8Array.from(options.masterKey),
    now: clock.now(),
  }
  const driver = new Driver({
    ...{ workerData: data, clock, readers: options.readers ?? 2 },
    writer: new URL('./worker/writer.worker.ts', import.meta.url),
    reader: new URL('./worker/reader.worker.ts', import.meta.url),
  })
  const contents = new ContentQueue(driver.writer, options.redactor)
  let journal: FileJournal
  try {
    await driver.writer.ready
    journal = new FileJournal({ directory, writer, channel: driver.writer, contents, ...options.journal })
  } catch (thrown) {
    await driver.writer.terminate()
    throw thrown
  }
  driver.writer.release()
  const audit = createAudit(driver)
  let signing: Error | undefined
  const upkeep = async () => {
    try {
      await driver.write('records.expire', undefined)
      await audit.sign()
      await driver.writer.ask('checkpoint', undefined)
      signing = undefined
    } catch (thrown) {
      signing = thrown instanceof Error ? thrown : new Error(String(thrown))
    }
  }
  const timer = setInterval(upkeep, signEvery).unref()
  let closing: Promise<void> | undefined
  const close = async () => {
    clearInterval(timer)
    try {
      await journal.close()
      await contents.close()
      await upkeep()
      await driver.close()
    } finally {
      lock.release()
    }
  }
  return {
    resources: createResources(driver),
    records: createRecords(driver),
    secrets: createSecrets(driver),
    documents: createDocuments(driver),
    search: createSearch(driver),
    calls: createCalls(driver),
    contents: createContents(driver, contents),
    conversations: createConversations(driver),
    audit,
    jobs: createJobs(driver),
    blobs: new DirectoryBlobs(join(directory, 'blobs')),
    counters: new MemoryCounters(clock),
    journal,
    async check() {
      driver.check()
      journal.check()
      if (journal.lagging) throw journal.lagging
      if (signing) throw signing
      await driver.read('jobs.count', '')
    },
    announce: (address) => lock.announce(address),
    rest() {
      driver.rest()
      collectGarbage()
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}
