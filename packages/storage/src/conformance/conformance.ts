import { randomUUID } from 'node:crypto'
import type { CallRecord, DocumentRecord, Principal } from '@gatehouse/contracts'
import type { IndexedDocument, Store } from '@gatehouse/kernel'

/** A store under test. `clock` is the one it was made with. */
export interface Fixture {
  readonly store: Store
  readonly clock: TestClock
}
/** Opens a fresh store; called once per suite. The suite disposes of it. */
export type Make = () => Promise<Fixture>

/** Stands still unless told. */
export class TestClock {
  #now: number

  constructor(now = Date.UTC(2026, 0, 15, 12)) {
    this.#now = now
  }

  now = () => this.#now

  advance(milliseconds: number): void {
    this.#now += milliseconds
  }
}

export const documentOf = (change: Partial<DocumentRecord> & Pick<DocumentRecord, 'dataset'>): DocumentRecord => ({
  id: randomUUID(),
  project: 'default',
  name: 'leave.md',
  title: 'Annual leave',
  mediaType: 'text/markdown',
  metadata: {},
  principals: ['everyone'],
  status: 'completed',
  enabled: true,
  version: 1,
  contentHash: '',
  blob: '',
  bytes: 0,
  characters: 0,
  segments: 1,
  quarantined: 0,
  batch: 'first',
  createdBy: 'system',
  createdAt: 1,
  updatedAt: 1,
  times: {},
  ...change,
})

/** One segment per text. */
export const indexedOf = (
  document: DocumentRecord,
  texts: readonly string[],
  version = document.version,
  vector?: readonly number[],
): IndexedDocument => ({
  id: document.id,
  project: document.project,
  dataset: document.dataset,
  version,
  identity: document.title,
  principals: document.principals,
  segments: texts.map((text, at) => ({
    id: randomUUID(),
    position: at + 1,
    headings: ['Part'],
    place: { sheet: 'Sheet', rows: [at + 1, at + 2] },
    start: 0,
    end: text.length,
    text,
    hash: `${at}`,
    body: `Part\n${text}`,
    ...(vector && { vector: Float32Array.from(vector) }),
  })),
})

export async function addDocument(
  store: Store,
  change: Parameters<typeof documentOf>[0],
  texts: readonly string[],
  vector?: readonly number[],
): Promise<DocumentRecord> {
  const document = documentOf(change)
  await store.documents.put(document)
  await store.search.replace(indexedOf(document, texts, document.version, vector))
  return document
}

export const newDataset = async (store: Store, project = 'default'): Promise<string> => {
  const id = randomUUID()
  await store.search.createDataset({ id, project })
  return id
}

export const find = async (
  store: Store,
  datasets: readonly string[],
  principals: readonly Principal[],
  text: string,
  project = 'default',
) => (await store.search.search({ project, datasets, principals, text, words: 300, vectors: 0 })).candidates

export const callOf = (change: Partial<CallRecord> & Pick<CallRecord, 'id'>): CallRecord => ({
  project: 'default',
  at: 1000,
  consumer: 'support',
  dialect: 'openai',
  operation: 'chat',
  target: 'small',
  model: 'small',
  stream: false,
  status: 200,
  end: 'complete',
  layers: [],
  duration: 1000,
  attempts: [],
  verdicts: [],
  content: 'off',
  ...change,
})

/** Writes and waits until the line is in the file. */
export const writeCall = (store: Store, call: CallRecord): Promise<void> =>
  new Promise((resolve, reject) => store.journal.write(call, undefined, (failure) => (failure ? reject(failure) : resolve())))
