import type { Blobs, Clock, Store } from '@gatehouse/kernel'
import { ContentQueue } from '../contents/content-queue.ts'
import { MemoryCounters } from '../counters/memory-counters.ts'
import { FileJournal, type FileJournalOptions } from '../journal/file-journal.ts'
import type { StoreLock } from '../place/lock.ts'
import { collectGarbage } from './collect-garbage.ts'
import type { Driver } from './driver.ts'
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
} from './ports.ts'
import { Upkeep } from './upkeep.ts'

/** What a server wants of its store beyond the ports. */
export interface ServerStore extends Store {
  readonly kind: 'sqlite' | 'postgresql'
  /** Several servers may have it open: they count limits each by itself. */
  readonly isShared: boolean
  /** Tells whoever tries to open the same directory where this server is reached. */
  announce(address: string): void
  /** A start or a large ingest is over: gives memory back, in this thread and the store's. A short pause. */
  rest(): void
}

export interface StoreParts {
  readonly kind: ServerStore['kind']
  readonly driver: Driver
  readonly watchers: Set<Watcher>
  readonly directory: string
  /** UUIDv7 of this process's chain and journal. */
  readonly writer: string
  readonly redactor?: URL | undefined
  readonly blobs: Blobs
  readonly clock: Clock
  readonly lock: StoreLock
  /** Each minute, after what has expired is removed and the chain's end is signed. */
  readonly upkeep?: () => Promise<unknown>
  readonly journal?: Pick<FileJournalOptions, 'write' | 'rotateAt'> | undefined
}

/** A store out of its threads: the ports over them, the journal before them, upkeep, and the way all of it ends. */
export async function assembleStore(parts: StoreParts): Promise<ServerStore> {
  const { kind, driver, directory, writer, clock, lock, blobs } = parts
  const contents = new ContentQueue(driver.writer, parts.redactor)
  const journal = await openJournal(parts, contents)
  driver.writer.release()
  const audit = createAudit(driver)
  const upkeep = new Upkeep(async () => {
    await driver.write('records.expire', undefined)
    await audit.sign()
    await parts.upkeep?.()
  })
  let closing: Promise<void> | undefined
  const close = async () => {
    try {
      await journal.close()
      await contents.close()
      await upkeep.close()
      await driver.close()
    } finally {
      lock.release()
    }
  }
  return {
    ...{ kind, isShared: kind === 'postgresql', audit, journal, blobs },
    resources: createResources(driver, parts.watchers),
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
      upkeep.check()
      await driver.read('jobs.count', '')
    },
    announce: (address) => lock.announce(address),
    rest() {
      driver.rest()
      collectGarbage()
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }

  async function openJournal({ journal }: StoreParts, queue: ContentQueue): Promise<FileJournal> {
    try {
      await driver.writer.ready
      return new FileJournal({ directory, writer, channel: driver.writer, contents: queue, ...journal })
    } catch (thrown) {
      await driver.writer.terminate()
      throw thrown
    }
  }
}
