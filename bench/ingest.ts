import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { createVocabulary, type Language, seeded, sentenceOf, type Vocabulary, writeText } from './corpus.ts'
import { type Budget, budget, type Figure, figure, type Outcome } from './outcome.ts'
import { ask, cpuOf, type Started, start } from './processes.ts'

export interface IngestOptions {
  readonly quick: boolean
  readonly say: (line: string) => void
}
interface Document {
  readonly name: string
  readonly text: string
  /** Words that stand in this document and in no other. */
  readonly mark: string
}

const counts = { full: 2000, quick: 300 }
const uploaders = 8
const key = 'dataset-bench-0000000000000000000000000000000000'
const checked = 25
const mostWait = 120_000

/** Documents until they are searchable, without an embedding provider: uploaded one by one, and read from a folder. */
export async function measureIngest(options: IngestOptions): Promise<Outcome> {
  const { quick, say } = options
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  const folder = join(directory, 'documents')
  const count = counts[quick ? 'quick' : 'full']
  const sets = {
    english: documentsOf('en', count, 1),
    chinese: documentsOf('zh', count, 2),
    folder: [...documentsOf('en', count / 2, 3), ...documentsOf('zh', count / 2, 4)],
  }
  mkdirSync(folder)
  for (const { name, text } of sets.folder) writeFileSync(join(folder, name), text)
  let server: Started<{ origin: string }> | undefined
  try {
    server = await start<{ origin: string }>('ingest-server.ts', directory, folder, key)
    return await new Measurement(server, join(directory, 'data/store.db'), say).run(sets)
  } finally {
    server?.child.disconnect()
    rmSync(directory, { recursive: true, force: true })
  }
}

class Measurement {
  readonly #server: Started<{ origin: string }>
  readonly #store: string
  readonly #say: (line: string) => void
  readonly #agent = new Agent({ keepAlive: true, maxSockets: uploaders })
  readonly #figures: Figure[] = []
  readonly #budgets: Budget[] = []
  readonly #problems: string[] = []
  readonly #claims: string[] = []
  #uploaded = 0

  constructor(server: Started<{ origin: string }>, store: string, say: (line: string) => void) {
    this.#server = server
    this.#store = store
    this.#say = say
  }

  async run(sets: { english: readonly Document[]; chinese: readonly Document[]; folder: readonly Document[] }): Promise<Outcome> {
    await this.#measure('read from a folder, English and Chinese', 'folder', sets.folder, async () => {
      await ask(this.#server.child, 'synced')
    })
    const uploads = async (documents: readonly Document[]) => {
      await this.#upload(documents)
      this.#uploaded += documents.length
      await this.#searchable('uploads', this.#uploaded)
    }
    await this.#measure('uploaded, English', 'uploads', sets.english, () => uploads(sets.english))
    await this.#measure('uploaded, Chinese', 'uploads', sets.chinese, () => uploads(sets.chinese))
    await ask(this.#server.child, 'close')
    this.#agent.destroy()
    return { figures: this.#figures, budgets: this.#budgets, claims: this.#claims, problems: this.#problems, notes: [] }
  }

  async #measure(what: string, base: string, documents: readonly Document[], work: () => Promise<void>): Promise<void> {
    const pid = this.#server.child.pid!
    const cpu = cpuOf(pid)
    const threads = threadsOf(pid)
    const began = performance.now()
    await work()
    const seconds = (performance.now() - began) / 1000
    const perDocument = ((cpuOf(pid) - cpu) / documents.length) * 1000
    const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
    this.#say(
      `${what}: ${documents.length} documents of ${(bytes / documents.length / 1024).toFixed(1)} KB in ${seconds.toFixed(1)} s: ${(documents.length / seconds).toFixed(0)}/s, ${perDocument.toFixed(2)} ms CPU each (${spent(threads, threadsOf(pid), documents.length)})`,
    )
    this.#figures.push(figure(`${what}: CPU of all threads`, perDocument, 'ms a document'))
    for (const [thread, milliseconds] of shares(threads, threadsOf(pid), documents.length))
      this.#figures.push(figure(`${what}: CPU of ${thread}`, milliseconds, 'ms a document'))
    this.#budgets.push(budget(`documents a second, ${what}`, documents.length / seconds, 'at least', 200, '/s'))
    await this.#check(what, base, documents)
  }

  /** A document is not in by being accepted: a sample is asked for by what stands in it alone. */
  async #check(what: string, base: string, documents: readonly Document[]): Promise<void> {
    const id = this.#idOf(base)
    const step = Math.max(1, Math.floor(documents.length / checked))
    let lost = 0
    let asked = 0
    for (let at = 0; at < documents.length; at += step) {
      const { mark } = documents[at]!
      const { status, text } = await this.#post(`/v1/datasets/${id}/retrieve`, {
        query: mark,
        retrieval_model: { search_method: 'full_text_search', top_k: 3, reranking_enable: false, score_threshold_enabled: false },
      })
      asked++
      if (status !== 200 || !text.includes(mark)) lost++
    }
    if (lost) this.#problems.push(`${what}: ${lost} of ${asked} documents are not found by what stands in them`)
    else this.#claims.push(`${what}: ${documents.length} documents completed, each of ${asked} asked for was found by words of its own`)
  }

  async #upload(documents: readonly Document[]): Promise<void> {
    const id = this.#idOf('uploads')
    const waiting = [...documents]
    const one = async () => {
      for (let document = waiting.pop(); document; document = waiting.pop()) {
        const { status, text } = await this.#post(`/v1/datasets/${id}/document/create-by-text`, {
          name: document.name,
          text: document.text,
          indexing_technique: 'economy',
          process_rule: { mode: 'automatic' },
        })
        if (status !== 200) this.#problems.push(`${document.name} was refused with ${status}: ${text.slice(0, 120)}`)
      }
    }
    await Promise.all(Array.from({ length: uploaders }, one))
  }

  /** Looks into the store's file: asking the server would be part of what is measured. */
  async #searchable(base: string, count: number): Promise<void> {
    const database = new DatabaseSync(this.#store, { readOnly: true })
    const statement = database.prepare(
      `SELECT count(*) FILTER (WHERE json_extract(record, '$.status') IN ('completed', 'error')) AS done, count(*) FILTER (WHERE json_extract(record, '$.status') = 'error') AS failed
         FROM document WHERE dataset = (SELECT id FROM dataset WHERE public_id = ?)`,
    )
    try {
      const until = performance.now() + mostWait
      for (;;) {
        const { done, failed } = statement.get(this.#idOf(base)) as { done: number; failed: number }
        if (done >= count) {
          if (failed) this.#problems.push(`${failed} documents of ${base} have the status error`)
          return
        }
        if (performance.now() > until) throw new Error(`after two minutes ${done} of ${count} documents are searchable`)
        await sleep(50)
      }
    } finally {
      database.close()
    }
  }

  #idOf(name: string): string {
    const database = new DatabaseSync(this.#store, { readOnly: true })
    try {
      const row = database.prepare(`SELECT id FROM resource WHERE kind = 'KnowledgeBase' AND name = ?`).get(name)
      return (row as { id: string }).id
    } finally {
      database.close()
    }
  }

  #post(path: string, body: object): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const sent = request(`${this.#server.said.origin}${path}`, { method: 'POST', headers, agent: this.#agent }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (read: string) => (text += read))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      sent.on('error', reject)
      sent.end(JSON.stringify(body))
    })
  }
}

/** About two kilobytes of Markdown with headings and a list, as a page of a handbook has them. */
function documentsOf(language: Language, count: number, seed: number): Document[] {
  const vocabulary = createVocabulary(language)
  return Array.from({ length: count }, (_, at) => {
    const random = seeded(seed * 1_000_003 + at)
    const mark = `ref${seed}x${at.toString(36)}q`
    const name = `${language}-${seed}-${String(at).padStart(5, '0')}.md`
    return { name, mark, text: pageOf(vocabulary, random, mark) }
  })
}
function pageOf(vocabulary: Vocabulary, random: () => number, mark: string): string {
  const words = (count: number) => Array.from({ length: count }, () => vocabulary.draw(random))
  const heading = () => sentenceOf(vocabulary, random, words(3)).replace(/[.。] ?$/, '')
  const per = vocabulary.language === 'zh' ? 90 : 70
  const part = () =>
    `## ${heading()}\n\n${writeText(vocabulary, random, per)}\n\n- ${heading()}\n- ${heading()}\n\n${writeText(vocabulary, random, per / 2)}`
  return `# ${heading()}\n\n${writeText(vocabulary, random, 20)} ${mark}\n\n${part()}\n\n${part()}\n`
}

/** CPU seconds of each thread of a process, by its number and name. */
function threadsOf(pid: number): Map<string, number> {
  const found = new Map<string, number>()
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = statOf(pid, thread)
    if (!stat) continue
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const name = Number(thread) === pid ? 'event loop' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    found.set(`${thread} ${name}`, (Number(fields[11]) + Number(fields[12])) / 100)
  }
  return found
}
function statOf(pid: number, thread: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
  } catch {
    return undefined // it has ended meanwhile
  }
}
/** Milliseconds a document: the event loop, each thread of ours that did something, and what the runtime does beside. */
function shares(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, documents: number): [string, number][] {
  const spent = [...after].map(([thread, seconds]) => [thread, ((seconds - (before.get(thread) ?? 0)) / documents) * 1000] as const)
  const sums = new Map<string, number>()
  for (const [thread, milliseconds] of spent) {
    const name = thread.slice(thread.indexOf(' ') + 1)
    sums.set(name, (sums.get(name) ?? 0) + milliseconds)
  }
  return [...sums].filter(([, milliseconds]) => milliseconds >= 0.01).sort((a, b) => b[1] - a[1])
}
const spent = (...given: Parameters<typeof shares>) =>
  shares(...given)
    .map(([name, milliseconds]) => `${name} ${milliseconds.toFixed(2)}`)
    .join(', ')
