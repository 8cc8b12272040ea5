import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KnowledgeBaseSpec, type Principal, specs } from '@gatehouse/contracts'
import type { Inspector, SearchModels, Store } from '@gatehouse/kernel'
import {
  type Bases,
  createBases,
  createDatasetEmbeddings,
  createDatasets,
  createIngest,
  createReader,
  type Ingest,
  type KnowledgeDatasets,
} from '@gatehouse/knowledge'
import { createEmbeddedStore } from '@gatehouse/storage'
import type { z } from 'zod'

/** Store and knowledge without a server, in a folder that goes away. */
export interface House {
  readonly store: Store
  readonly bases: Bases
  readonly ingest: Ingest
  readonly datasets: KnowledgeDatasets
  /** Makes or changes it. */
  addBase(name: string, access: readonly Principal[], more?: Omit<z.input<typeof KnowledgeBaseSpec>, 'access'>): Promise<string>
  close(): Promise<void>
}

const lenient: Inspector = { inspect: async () => ({ action: 'allow', findings: [] }) }

export async function createHouse(inspector: Inspector = lenient, models?: SearchModels): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-eval-'))
  const store = await createEmbeddedStore({
    directory: join(folder, 'data'),
    masterKey: randomBytes(32),
    headsFile: join(folder, 'heads.jsonl'),
  })
  const clock = { now: Date.now }
  const bases = createBases(store.resources)
  const { documents, search: index, blobs, jobs } = store
  const embed = models && { embed: { models, states: createDatasetEmbeddings(store.records) } }
  const ports = { documents, index, blobs, bases, inspector, clock, ...embed }
  const ingest = createIngest({ ...ports, jobs, reader: createReader() }, { owner: 'eval', idleMilliseconds: 50 })
  return {
    ...{ store, bases, ingest },
    datasets: createDatasets(ports),
    async addBase(name, access, more) {
      const spec = specs.KnowledgeBase.parse({ title: name, ...more, access })
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
