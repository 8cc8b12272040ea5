import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Principal, specs } from '@gatehouse/contracts'
import type { Inspector, Store } from '@gatehouse/kernel'
import {
  type Bases,
  createBases,
  createDatasets,
  createIngest,
  createReader,
  type Ingest,
  type KnowledgeDatasets,
} from '@gatehouse/knowledge'
import { createEmbeddedStore } from '@gatehouse/storage'

/** Store and knowledge without a server, in a folder that goes away. */
export interface House {
  readonly store: Store
  readonly bases: Bases
  readonly ingest: Ingest
  readonly datasets: KnowledgeDatasets
  addBase(name: string, access: readonly Principal[]): Promise<string>
  close(): Promise<void>
}

const lenient: Inspector = { inspect: async () => ({ action: 'allow', findings: [] }) }

export async function createHouse(inspector: Inspector = lenient): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-eval-'))
  const store = await createEmbeddedStore({
    directory: join(folder, 'data'),
    masterKey: randomBytes(32),
    headsFile: join(folder, 'heads.jsonl'),
  })
  const clock = { now: Date.now }
  const bases = createBases(store.resources)
  const { documents, search: index, blobs, jobs } = store
  const ingest = createIngest({ documents, index, blobs, jobs, bases, inspector, clock, reader: createReader() }, { owner: 'eval' })
  return {
    ...{ store, bases, ingest },
    datasets: createDatasets({ documents, index, blobs, bases, inspector, clock }),
    async addBase(name, access) {
      const spec = specs.KnowledgeBase.parse({ title: name, access })
      const { id } = await store.resources.put({ kind: 'KnowledgeBase', project: 'default', name, spec, managedBy: 'api' }, 'eval')
      return id
    },
    async close() {
      await ingest.close()
      bases.close()
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
