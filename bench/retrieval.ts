import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Principal, specs } from '@gatehouse/contracts'
import type { Candidate, Inspector, Store } from '@gatehouse/kernel'
import { createBases, createDatasets, type KnowledgeDatasets } from '@gatehouse/knowledge'
import { createEmbeddedStore, createPostgresStore, DirectoryBlobs } from '@gatehouse/storage'
import { createHaystack, type Haystack, type Kind, kinds, labelOf, type Question, segmentsPerDocument, shares } from './haystack.ts'
import { type Budget, budget, type Figure, figure, median, type Outcome, share } from './outcome.ts'
import { startPostgres } from './postgres.ts'
import { exhaustively } from './yardstick.ts'

export interface RetrievalOptions {
  readonly quick: boolean
  /** Address of a PostgreSQL to measure beside the embedded store; absent: one that lies under .services, if any. */
  readonly store?: string
  readonly only?: string
  /** PostgreSQL at 300 000 segments too. */
  readonly full: boolean
  readonly say: (line: string) => void
}

/** How many segments each store is measured at, one after the other as it grows. */
const sizes = {
  embedded: { full: [50_000], quick: [10_000] },
  postgres: { full: [50_000, 100_000], quick: [10_000] },
}
const largest = 300_000
const questionsPerKind = { embedded: { full: 40, quick: 15 }, postgres: { full: 25, quick: 15 } }
const compared = { full: 6, quick: 3 }
const writers = 8

interface Opened {
  readonly name: 'embedded' | 'postgres'
  readonly store: Store
  /** Bytes on disk. */
  size(): Promise<number>
  /** After a load. */
  settle(): Promise<void>
  close(): Promise<void>
}
/** One question of one asker. Milliseconds. */
interface Asked {
  readonly kind: Kind
  readonly part: number
  /** The index alone, and the whole of what an app's node waits for. */
  readonly search: number
  readonly whole: number
  /** Of all threads, for the whole: tells what a question costs where the machine has other things to do. */
  readonly cpu: number
}

export async function measureRetrieval(options: RetrievalOptions): Promise<Outcome> {
  const parts: Outcome[] = []
  if (options.only !== 'postgres') parts.push(await measureStore(await openEmbedded(), options))
  if (options.only !== 'embedded') {
    const postgres = await openPostgres(options.store)
    parts.push(postgres ? await measureStore(postgres, options) : skipped)
  }
  return {
    figures: parts.flatMap(({ figures }) => figures),
    budgets: parts.flatMap(({ budgets }) => budgets),
    claims: parts.flatMap(({ claims }) => claims),
    problems: parts.flatMap(({ problems }) => problems),
    notes: [...parts.flatMap(({ notes }) => notes), ...(options.quick ? ['quick: small stores, so the budgets prove nothing'] : [])],
  }
}

const skipped: Outcome = {
  ...{ figures: [], budgets: [], claims: [], problems: [] },
  notes: ['PostgreSQL was not measured: no address in --store, and no server with pgvector under .services'],
}

async function openEmbedded(): Promise<Opened> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const store = await createEmbeddedStore({
    directory: join(directory, 'data'),
    masterKey: randomBytes(32),
    headsFile: join(directory, 'heads'),
  })
  return {
    name: 'embedded',
    store,
    size: async () => statSync(join(directory, 'data/store.db')).size,
    settle: async () => {},
    async close() {
      await store[Symbol.asyncDispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function openPostgres(address: string | undefined): Promise<Opened | undefined> {
  const server = await startPostgres(address)
  if (!server) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  mkdirSync(join(directory, 'data'))
  const { url } = server
  const store = await createPostgresStore({
    ...{ url, masterKey: randomBytes(32), headsFile: join(directory, 'heads'), directory: join(directory, 'data') },
    blobs: new DirectoryBlobs(join(directory, 'blobs')),
  })
  return {
    name: 'postgres',
    store,
    size: () => server.size(),
    settle: () => server.settle(),
    async close() {
      await store[Symbol.asyncDispose]()
      await server.end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function measureStore(opened: Opened, options: RetrievalOptions): Promise<Outcome> {
  try {
    return await new Measurement(opened, options).run()
  } finally {
    await opened.close()
  }
}

const lenient: Inspector = { inspect: async () => ({ action: 'allow', findings: [] }) }

class Measurement {
  readonly #opened: Opened
  readonly #options: RetrievalOptions
  readonly #problems: string[] = []
  readonly #figures: Figure[] = []
  readonly #budgets: Budget[] = []
  readonly #claims: string[] = []
  /** Of every document, known without asking the store. */
  readonly #labels = new Map<string, readonly Principal[]>()
  #written = 0

  constructor(opened: Opened, options: RetrievalOptions) {
    this.#opened = opened
    this.#options = options
  }

  async run(): Promise<Outcome> {
    const { name, store } = this.#opened
    const { quick, full } = this.#options
    const bases = createBases(store.resources)
    const { documents, search: index, blobs } = store
    const datasets = createDatasets({ documents, index, blobs, bases, inspector: lenient, clock: { now: Date.now } })
    const dataset = await makeBase(store)
    const steps = [...sizes[name][quick ? 'quick' : 'full'], ...(full && name === 'postgres' ? [largest] : [])]
    // needles lie in the first documents, so that a store that grows keeps them
    const haystack = createHaystack({
      dataset,
      perKind: questionsPerKind[name][quick ? 'quick' : 'full'],
      documents: steps[0]! / segmentsPerDocument,
    })
    const whole: number[] = []
    for (const segments of steps) {
      await this.#fill(haystack, segments / segmentsPerDocument)
      const asked = await this.#askAll({ haystack, dataset, datasets })
      whole.push(this.#keep(segments, asked, segments === steps.at(-1)))
      if (segments === steps[0]) await this.#compare({ haystack, dataset, datasets })
    }
    if (whole.length > 1)
      this.#figures.push(figure(`${name}: p95 at the largest size, of that at the smallest`, whole.at(-1)! / whole[0]!, 'times'))
    bases.close()
    return {
      figures: this.#figures,
      budgets: this.#budgets,
      claims: this.#claims,
      problems: this.#problems,
      notes: name === 'postgres' ? ['PostgreSQL was vacuumed and analysed after each load, as autovacuum does some minutes later'] : [],
    }
  }

  async #fill(haystack: Haystack, documents: number): Promise<void> {
    const { store, name, size } = this.#opened
    const began = performance.now()
    const first = this.#written
    const write = async () => {
      while (this.#written < documents) {
        const { document, indexed, text } = haystack.documentAt(this.#written++)
        this.#labels.set(document.id, document.principals)
        await store.blobs.put(`documents/${document.id}/1/text`, Buffer.from(text))
        await store.documents.put(document)
        await store.search.replace(indexed)
      }
    }
    await Promise.all(Array.from({ length: writers }, write))
    const seconds = (performance.now() - began) / 1000
    const segments = (documents - first) * segmentsPerDocument
    await this.#opened.settle()
    const megabytes = (await size()) / 2 ** 20
    this.#options.say(
      `${name}: ${segments} segments indexed in ${seconds.toFixed(1)} s (${(segments / seconds).toFixed(0)}/s), ${megabytes.toFixed(0)} MB`,
    )
    this.#figures.push(figure(`${name}: segments indexed a second, up to ${documents * segmentsPerDocument}`, segments / seconds, '/s'))
    this.#figures.push(figure(`${name}: size at ${documents * segmentsPerDocument} segments`, megabytes, 'MB'))
  }

  async #askAll(place: Place): Promise<Asked[]> {
    const { questions } = place.haystack
    for (const question of questions.slice(0, 20)) await place.datasets.retrieve(queryOf(place, question), askerOf(1))
    const asked: Asked[] = []
    let lost = 0
    for (const question of questions)
      for (const part of shares) {
        const { found, took } = await this.#search(place, question, part)
        if (question.isFound && !found.slice(0, 3).some(({ text }) => text.includes(question.needle.trim()))) lost++
        asked.push({ kind: question.kind, part, search: took, ...(await this.#retrieve(place, question, part)) })
      }
    if (lost)
      this.#problems.push(`${this.#opened.name}: ${lost} of ${asked.length} questions did not find their segment among the first three`)
    this.#claims.push(
      `${this.#opened.name}: ${asked.length} questions asked at ${this.#written * segmentsPerDocument} segments, the planted segment among the first three, nothing returned that the asker may not read`,
    )
    return asked
  }

  /** The index, as knowledge asks it for an app. */
  async #search({ dataset }: Place, { text }: Question, part: number): Promise<{ found: Candidate[]; took: number }> {
    const began = performance.now()
    const query = {
      project: 'default',
      datasets: [dataset],
      principals: [labelOf(part)],
      text,
      words: 300,
      vectors: 0,
      countWithheld: true,
    }
    const { candidates } = await this.#opened.store.search.search(query)
    const took = performance.now() - began
    for (const { title, document } of candidates)
      if (!this.#mayRead(document, part)) this.#problems.push(`"${title}" was returned to somebody who may not read it`)
    const score = ({ words }: Candidate) => (words?.body ?? 0) + 0.3 * (words?.identity ?? 0)
    return { found: [...candidates].sort((a, b) => score(b) - score(a)), took }
  }

  async #retrieve(place: Place, question: Question, part: number): Promise<Pick<Asked, 'whole' | 'cpu'>> {
    const before = process.cpuUsage()
    const began = performance.now()
    const { sources } = await place.datasets.retrieve(queryOf(place, question), askerOf(part))
    const whole = performance.now() - began
    const { user, system } = process.cpuUsage(before)
    for (const { reference } of sources)
      if (!this.#mayRead(reference.document, part)) this.#problems.push('a source was given to somebody who may not read it')
    return { whole, cpu: (user + system) / 1000 }
  }

  #mayRead(document: string, part: number): boolean {
    return this.#labels.get(document)?.includes(labelOf(part)) ?? false
  }

  /** Returns the p95 of everything. */
  #keep(segments: number, asked: readonly Asked[], isLast: boolean): number {
    const { name } = this.#opened
    const of = `${name}, ${segments} segments`
    const times = (some: readonly Asked[], which: 'search' | 'whole' | 'cpu' = 'whole') => some.map((each) => each[which])
    const add = (what: string, values: readonly number[]) => {
      this.#figures.push(figure(`${of}: ${what}, p50`, median(values), 'ms'), figure(`${of}: ${what}, p95`, share(values, 0.95), 'ms'))
      this.#options.say(
        `${of}: ${what.padEnd(34)} p50 ${median(values).toFixed(1).padStart(6)}  p95 ${share(values, 0.95).toFixed(1).padStart(6)} ms`,
      )
    }
    add('all questions', times(asked))
    add('all questions, the index alone', times(asked, 'search'))
    if (name === 'embedded') add('all questions, CPU of all threads', times(asked, 'cpu'))
    for (const kind of kinds) {
      const some = asked.filter((each) => each.kind === kind)
      add(`${kind} words`, times(some))
      this.#options.say(`    CPU p50 ${median(times(some, 'cpu')).toFixed(1)}, p95 ${share(times(some, 'cpu'), 0.95).toFixed(1)} ms`)
    }
    for (const part of shares) add(`${part * 100} % readable`, times(asked.filter((each) => each.part === part)))
    if (isLast) {
      const limit = name === 'embedded' ? 50 : 100
      const common = asked.filter(({ kind }) => kind.startsWith('common'))
      this.#budgets.push(budget(`${of}: p95 of all questions`, share(times(asked), 0.95), 'under', limit, 'ms'))
      this.#budgets.push(budget(`${of}: p95 of questions in very common words`, share(times(common), 0.95), 'under', limit, 'ms'))
    }
    return share(times(asked), 0.95)
  }

  /** Where words are common, many segments are as good as another: the first ten beside those of scoring every segment. */
  async #compare(place: Place): Promise<void> {
    const most = compared[this.#options.quick ? 'quick' : 'full']
    const chosen = (['common', 'common chinese'] as const).flatMap((kind) =>
      place.haystack.questions.filter((each) => each.kind === kind).slice(0, most),
    )
    const documents = Array.from({ length: this.#written }, (_, at) => place.haystack.documentAt(at).indexed)
    const recalls: number[] = []
    for (const part of [1, 0.1])
      for (const question of chosen) {
        const readable = documents.filter(({ principals }) => principals.includes(labelOf(part)))
        const best = exhaustively(question.text, documents, readable, 10)
        const { found } = await this.#search(place, question, part)
        const ten = new Set(found.slice(0, 10).map(({ hash }) => hash))
        recalls.push(best.filter((hash) => ten.has(hash)).length / best.length)
      }
    const recall = recalls.reduce((sum, each) => sum + each, 0) / recalls.length
    this.#options.say(`${this.#opened.name}: recall@10 beside scoring every segment, common words: ${recall.toFixed(3)}`)
    this.#budgets.push(
      budget(`${this.#opened.name}: recall@10 in very common words, beside scoring every segment`, recall, 'at least', 0.9),
    )
  }
}

interface Place {
  readonly haystack: Haystack
  readonly dataset: string
  readonly datasets: KnowledgeDatasets
}

const askerOf = (part: number) => ({ consumer: 'bench', principals: [labelOf(part)] })
const queryOf = ({ dataset }: Place, { text }: Question) => ({ datasets: [dataset], text, countWithheld: true })

async function makeBase(store: Store): Promise<string> {
  const spec = specs.KnowledgeBase.parse({ title: 'Bench', access: [labelOf(1)] })
  const { id, project } = await store.resources.put(
    { kind: 'KnowledgeBase', project: 'default', name: 'bench', spec, managedBy: 'api' },
    'system',
  )
  await store.search.createDataset({ id, project })
  return id
}
