import type { Clock, Inspector, Store } from '@gatehouse/kernel'
import {
  type Bases,
  createBases,
  createConnector,
  createDatasets,
  createIngest,
  createReader,
  type Ingest,
  isReadingOffline,
  type KnowledgeDatasets,
} from '@gatehouse/knowledge'
import type { Logger } from './log.ts'

export interface DocumentsRoom {
  readonly bases: Bases
  readonly ingest: Ingest
  readonly datasets: KnowledgeDatasets
  /** Brings every knowledge base in line with its declared sources; resolves when all of it is searchable. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Everything about documents that needs a thread, a queue or a memory of its own. */
export function createDocumentsRoom(store: Store, inspector: Inspector, clock: Clock, log: Logger): DocumentsRoom {
  const bases = createBases(store.resources)
  const reader = createReader()
  const { documents, search: index, blobs, jobs } = store
  const ingest = createIngest({ documents, index, blobs, jobs, bases, inspector, reader, clock }, { owner: `server-${process.pid}` })
  let closed = false
  void isReadingOffline().then((isOffline) => {
    if (!isOffline) log.warn({}, 'documents are read in a process that is not isolated from the network')
  })
  const datasets = createDatasets({ documents, index, blobs, bases, inspector, clock })
  return {
    bases,
    ingest,
    datasets,
    async sync() {
      for (const resource of await store.resources.list('KnowledgeBase'))
        for (const [at, { use, config }] of resource.spec.sources.entries()) {
          const source = `${use}#${at}`
          try {
            const report = await ingest.sync(resource.id, createConnector(use, config), source)
            log.info({ base: resource.name, source, ...report }, 'source synchronised')
          } catch (thrown) {
            if (closed) return // the server stops: the next start goes on
            log.error({ base: resource.name, source, reason: (thrown as Error).message }, 'source not synchronised')
          }
        }
      await ingest.idle()
    },
    async close() {
      closed = true
      await ingest.close()
      bases.close()
    },
  }
}
