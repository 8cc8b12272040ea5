import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gatewayOutcome } from './gateway-outcome.ts'
import { measureIngest } from './ingest.ts'
import { measureLatency } from './latency.ts'
import { commit, LoadWatch, machine } from './machine.ts'
import { inWords, isKept, missedOf, numberOf, type Outcome, type Run } from './outcome.ts'
import { renderPage } from './report.ts'
import { measureRetrieval } from './retrieval.ts'
import { measureStart } from './start.ts'
import { measureStreams } from './streams.ts'

const usage = `npm run bench -- gateway|latency|streams|start|retrieval|ingest [--json FILE] [--check] [--quick]
npm run bench -- report FILE …

--json FILE   writes what was found, for the report
--check       exits with 1 when a budget is missed or a claim does not hold
--quick       less than a minute, and proves less

gateway    --rounds N (5), --only request|stream; for tuning: --assembly, --without limit,guard,journal
retrieval  --only embedded|postgres, --store postgres://…, --full (PostgreSQL at 300 000 segments too)
report     writes bench/results.json and docs/performance.md from the files of a run`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    assembly: { type: 'boolean', default: false },
    without: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    store: { type: 'string' },
    full: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void process.stdout.write(`${line}\n`)
const { quick, only, store, full } = values

const benches: Readonly<Record<string, () => Promise<Outcome>>> = {
  gateway: () =>
    gatewayOutcome({ rounds: Number(values.rounds ?? (quick ? 1 : 5)), assembly: values.assembly, without: values.without, only, say }),
  latency: () => measureLatency({ quick, say }),
  streams: () => measureStreams({ quick, say }),
  start: () => measureStart({ quick, say }),
  retrieval: () => measureRetrieval({ quick, full, say, ...(only && { only }), ...(store && { store }) }),
  ingest: () => measureIngest({ quick, say }),
}

const [what = 'gateway', ...files] = positionals
if (what === 'report') writeReport(files)
else if (benches[what]) await runBench(what, benches[what])
else refuse(`there is no bench "${what}"`)

async function runBench(bench: string, measure: () => Promise<Outcome>): Promise<never> {
  const load = new LoadWatch()
  const began = performance.now()
  const outcome = await measure()
  const run: Run = {
    ...{ bench, quick, date: new Date().toISOString().slice(0, 10), commit: commit(), machine: machine(), load: load.end() },
    ...{ seconds: Math.round((performance.now() - began) / 1000), ...outcome },
  }
  print(run)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`)
  process.exit(values.check && missedOf(run).length ? 1 : 0)
}

function print(run: Run): void {
  const { figures, budgets, claims, problems, notes, load } = run
  say('')
  for (const { name, value, unit, range } of figures)
    say(`  ${name.padEnd(64)} ${numberOf(value).padStart(8)} ${unit}${range ? ` (${range.map(numberOf).join('–')})` : ''}`)
  say('')
  for (const each of budgets) say(`${isKept(each) ? 'kept   ' : 'MISSED '} ${each.name}: ${inWords(each)}`)
  for (const claim of claims) say(`claim   ${claim}`)
  for (const problem of problems) say(`PROBLEM ${problem}`)
  for (const note of notes) say(`note    ${note}`)
  say(`${run.bench}: ${run.seconds} s, load of the machine ${load.before.toFixed(1)} before, at most ${load.highest.toFixed(1)}`)
}

function writeReport(given: readonly string[]): void {
  if (given.length === 0) refuse('a report is made of the files that --json wrote')
  const runs = given.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Run)
  const order = Object.keys(benches)
  runs.sort((a, b) => order.indexOf(a.bench) - order.indexOf(b.bench))
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(runs, null, 2)}\n`)
  writeFileSync(join(import.meta.dirname, '../docs/performance.md'), renderPage())
  say(`wrote bench/results.json and docs/performance.md from ${runs.map(({ bench }) => bench).join(', ')}`)
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n\n${usage}\n`)
  process.exit(2)
}
