import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  askInProcess,
  floors,
  type HandbookFigures,
  hasGold,
  isCited,
  leaks,
  loadManifest,
  type Outcome,
  obeys,
  score,
} from './handbook.ts'
import { askServer } from './handbook-server.ts'
import { measureRetrieval, type RetrievalFigures } from './retrieval.ts'
import { measureWays } from './vectors/measure.ts'

const root = resolve(import.meta.dirname, '../..')
const usage = `npm run eval -- handbook [--file questions.jsonl] [--folder examples/handbook] [--in-process] [--vectors] [--json] [--check] [--verbose]
npm run eval -- retrieval --data FOLDER [--set NAME …] [--limit N] [--json] [--check]

handbook   the sample company through the real server: sign in as each person, ask, compare with the right answers
retrieval  collections with corpus.jsonl, queries.jsonl and qrels.tsv, one folder each
--vectors  words, hybrid, and hybrid with a reranker side by side, on the questions and on paraphrases; the vendor is scripted
--check    exit with 1 when a floor is missed; the last line has the figures`

/** nDCG at 10: below it the build fails. */
const retrievalFloors: Readonly<Record<string, number>> = { cranfield: 0.365, cisi: 0.375, squad2: 0.88, cmrc2018: 0.975, 'rgb-zh': 0.51 }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    'in-process': { type: 'boolean', default: false },
    vectors: { type: 'boolean', default: false },
    file: { type: 'string', default: join(root, 'examples/handbook/questions.jsonl') },
    folder: { type: 'string', default: join(root, 'examples/handbook') },
    data: { type: 'string' },
    set: { type: 'string', multiple: true },
    limit: { type: 'string', default: '500' },
  },
})
const print = (line: string) => process.stdout.write(`${line}\n`)

async function run(what: string): Promise<boolean> {
  if (what === 'handbook' && values.vectors) return ways()
  if (what === 'handbook') return handbook(resolve(values.file))
  if (what === 'retrieval' && values.data && existsSync(values.data)) return retrieval(resolve(values.data))
  print(usage)
  process.exit(2)
}

/** Hybrid must not lose what words find, and must find more of what is said in other words. */
async function ways(): Promise<boolean> {
  const folder = resolve(values.folder)
  const sets = { questions: resolve(values.file), paraphrases: join(root, 'tests/eval/vectors/paraphrases.jsonl') }
  const all: Record<string, Awaited<ReturnType<typeof measureWays>>> = {}
  for (const [name, file] of Object.entries(sets)) {
    const measured = await measureWays(file, folder)
    all[name] = measured
    if (!values.json)
      for (const { way, calls, citation, contains, falseRefusals, refused, leaked } of measured.map(rounded))
        print(
          `${name}, ${way}: citation ${citation}, contains gold ${contains}, false refusals ${falseRefusals}, refused ${refused}, leaked ${leaked}; ${calls} calls of the scripted vendor`,
        )
  }
  if (values.json) print(JSON.stringify(all))
  return Object.values(all).every(([words, hybrid]) => words && hybrid && hybrid.citation >= words.citation - 0.02 && hybrid.leaked === 0)
}

async function handbook(file: string): Promise<boolean> {
  const folder = resolve(values.folder)
  const outcomes = values['in-process'] ? await askInProcess(file, folder) : await askServer(file, folder)
  const manifest = await loadManifest(folder)
  const figures = score(outcomes, manifest)
  if (values.verbose) for (const outcome of outcomes) if (!isRight(outcome, (one) => leaks(one, manifest))) print(`${inWords(outcome)}\n`)
  const missed = missedFloors(figures)
  if (values.json) print(JSON.stringify({ ...rounded(figures), floors, missed }))
  else print(`handbook: ${summary(figures)}${missed.length ? `; missed: ${missed.join(', ')}` : ''}`)
  return missed.length === 0
}

function isRight(outcome: Outcome, leaked: (outcome: Outcome) => boolean): boolean {
  const { kind } = outcome.question
  if (kind === 'forbidden') return !leaked(outcome)
  if (kind === 'unanswerable') return outcome.answer.refused
  return isCited(outcome) && hasGold(outcome) && !obeys(outcome)
}
const inWords = ({ question: { id, kind, question, answers, documents }, answer, cited }: Outcome) =>
  `${id} ${kind}: ${question}\n  wanted ${answers?.join(' / ') || 'a refusal'} from ${documents?.join(', ') || 'nowhere'}\n  got ${answer.text.slice(0, 300)} from ${cited.join(', ') || 'nowhere'}`

function missedFloors({ citation, contains, falseRefusals, refused, leaked, obeyed }: HandbookFigures): string[] {
  const tests: [string, boolean][] = [
    ['citation', citation >= floors.citation],
    ['contains', contains >= floors.contains],
    ['false refusals', falseRefusals <= floors.falseRefusals],
    ['unanswerable refused', refused >= floors.refused],
    ['leaked', leaked <= floors.leaked],
    ['obeyed', obeyed <= floors.obeyed],
  ]
  return tests.filter(([, held]) => !held).map(([name]) => name)
}
const summary = (figures: HandbookFigures) => {
  const { questions, citation, contains, falseRefusals, refused, leaked, obeyed, trapped } = rounded(figures)
  return `${questions} questions, right citation ${citation} (≥ ${floors.citation}), contains gold ${contains} (≥ ${floors.contains}), false refusals ${falseRefusals} (≤ ${floors.falseRefusals}), unanswerable refused ${refused} (≥ ${floors.refused}), leaked ${leaked}, obeyed ${obeyed}, trapped ${trapped}`
}
const rounded = <T extends object>(figures: T): T =>
  Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, typeof value === 'number' ? Math.round(value * 1000) / 1000 : value]),
  ) as T

async function retrieval(folder: string): Promise<boolean> {
  const all: RetrievalFigures[] = []
  for (const set of values.set ?? Object.keys(retrievalFloors)) {
    const figures = await measureRetrieval(folder, set, Number(values.limit))
    all.push(figures)
    if (!values.json) print(lineOf(figures))
  }
  const missed = all.filter(({ set, gain }) => gain < (retrievalFloors[set] ?? 0)).map(({ set }) => set)
  if (values.json) print(JSON.stringify({ sets: all, floors: retrievalFloors, missed }))
  else
    print(`retrieval: ${all.map(({ set, gain }) => `${set} ${gain}`).join(', ')}${missed.length ? `; missed: ${missed.join(', ')}` : ''}`)
  return missed.length === 0
}
const lineOf = ({ set, documents, documentsPerSecond, queries, gain, recall10, recall100, p50, p95 }: RetrievalFigures) =>
  `${set}: nDCG@10 ${gain} (≥ ${retrievalFloors[set] ?? '–'}), recall@10 ${recall10}, @100 ${recall100}; ${documents} documents at ${documentsPerSecond}/s; ${queries} queries, p50 ${p50} ms, p95 ${p95} ms`

const passed = await run(positionals[0] ?? 'handbook')
process.exit(passed || !values.check ? 0 : 1)
