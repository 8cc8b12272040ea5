import { type Blobs, type Clock, type Store, uuidv7 } from '@gatehouse/kernel'
import { ContentQueue } from '../embedded/content-queue.ts'
import { MemoryCounters } from '../embedded/counters.ts'
import { Driver } from '../embedded/driver.ts'
import { FileJournal } from '../embedded/journal.ts'
import { StoreLock } from '../embedded/lock.ts'
import { preparePlace } from '../embedded/place.ts'
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
  type Watcher,
} from '../embedded/ports.ts'
import type { PostgresWorkerData } from './worker/context.ts'

export interface PostgresStoreOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string
  /** 32 bytes, the same for every process of the store; see `loadMasterKey`. */
  readonly masterKey: Buffer
  /** Where signed heads of the audit are exported to; outside the directory. */
  readonly headsFile: string
  readonly blobs: Blobs
  /** This process's own: its journal lies here until the database has it. */
  readonly directory: string
  /** A module exporting `redact(text)` and `decode(dialect, bytes)`. Without it, content of level `redacted` is not kept. */
  readonly redactor?: URL
  readonly clock?: Clock
}

const readers = 2
const signEvery = 60_000

/** A store that several processes share; each keeps its own journal and its own chain of the audit. */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { clock = { now: Date.now } } = options
  const place = preparePlace(options)
  const lock = new StoreLock(place.directory, clock.now())
  try {
    return await open({ ...options, ...place, clock }, lock)
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

async function open(options: PostgresStoreOptions & { clock: Clock }, lock: StoreLock): Promise<Store> {
  const { url, directory, headsFile, blobs, clock } = options
  const writer = uuidv7(clock.now())
  const workerData: PostgresWorkerData = {
    url,
    directory,
    headsFile,
    writer,
    masterKey: Uint8Array.from(options.masterKey),
    now: clock.now(),
  }
  const watchers = new Set<Watcher>()
  const driver = new Driver({
    ...{ workerData, clock, readers },
    writer: new URL('./worker/writer.worker.ts', import.meta.url),
    reader: new URL('./worker/reader.worker.ts', import.meta.url),
    changed: (changes) => {
      for (const { kind, name } of changes) for (const watcher of watchers) watcher(kind, name)
    },
  })
  const contents = new ContentQueue(driver.writer, options.redactor)
  let journal: FileJournal
  try {
    await driver.writer.ready
    journal = new FileJournal({ directory, writer, channel: driver.writer, contents })
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
    ...{ audit, journal, blobs },
    resources: createResources(driver, watchers),
    records: createRecords(driver),
    secrets: createSecrets(driver),
    documents: createDocuments(driver),
    search: createSearch(driver),
    calls: createCalls(driver),
    contents: createContents(driver, contents),
    conversations: createConversations(driver),
    jobs: createJobs(driver),
    counters: new MemoryCounters(clock),
    async check() {
      driver.check()
      journal.check()
      if (journal.lagging) throw journal.lagging
      if (signing) throw signing
      await driver.read('jobs.count', '')
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}
