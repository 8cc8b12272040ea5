import type { Clock, Inspector, SearchModels } from '@gatehouse/kernel'
import {
  type Bases,
  createBases,
  createConnector,
  createDatasetEmbeddings,
  createDatasets,
  createIngest,
  createReader,
  type Ingest,
  isReadingOffline,
  type KnowledgeDatasets,
} from '@gatehouse/knowledge'
import type { ServerStore } from '@gatehouse/storage'
import type { Logger } from './log.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { processName } from './process-name.ts'

/** Renewed at a third of it: so long the work of a killed process waits for another one. */
const leaseMilliseconds = 30_000

export interface DocumentsRoom {
  readonly bases: Bases
  readonly ingest: Ingest
  readonly datasets: KnowledgeDatasets
  /** Brings every knowledge base in line with its declared sources; resolves when all of it is searchable. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Everything about documents that needs a thread, a queue or a memory of its own. */
export function createDocumentsRoom(
  store: ServerStore,
  inspector: Inspector,
  models: SearchModels,
  clock: Clock,
  log: Logger,
): DocumentsRoom {
  const bases = createBases(store.resources)
  const reader = createReader()
  const { documents, search: index, blobs, jobs } = store
  const embed = { models, states: createDatasetEmbeddings(store.records) }
  const ingest = createIngest(
    { documents, index, blobs, jobs, bases, inspector, reader, clock, embed },
    { owner: processName, leaseMilliseconds },
  )
  let closed = false
  void isReadingOffline().then((isOffline) => {
    if (!isOffline) log.warn({}, 'documents are read in a process that is not isolated from the network')
  })
  const datasets = createDatasets({ documents, index, blobs, bases, inspector, clock, embed })
  const syncAll = async () => {
    for (const resource of await store.resources.list('KnowledgeBase'))
      for (const [at, { use, config }] of resource.spec.sources.entries()) {
        const source = `${use}#${at}`
        try {
          const report = await ingest.sync(resource.id, createConnector(use, config), source)
          log.info({ base: resource.name, source, ...report }, 'source synchronised')
        } catch (thrown) {
          if (closed) return // the server stops: the next start goes on
          log.error({ base: resource.name, source, error: thrown }, 'source not synchronised')
        }
      }
  }
  return {
    bases,
    ingest,
    datasets,
    async sync() {
      // at once, two servers would both add what is new
      await (store.isShared ? oneAtATime(store.jobs, 'sync', processName, syncAll) : syncAll()).catch((thrown) => {
        if (!closed) throw thrown
      })
      await ingest.idle()
    },
    async close() {
      closed = true
      await ingest.close()
      bases.close()
    },
  }
}
