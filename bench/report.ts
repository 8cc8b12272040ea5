import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Budget, type Figure, isKept, numberOf, type Run } from './outcome.ts'

/** docs/performance.md: the notes by hand, and the figures of the committed run. A pure function of two files of this folder. */
export function renderPage(): string {
  const runs = JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8')) as Run[]
  return pageOf(runs, readFileSync(join(import.meta.dirname, 'notes.md'), 'utf8'))
}

export function pageOf(runs: readonly Run[], notes: string): string {
  return `${[
    '# Performance',
    'Made from bench/results.json and bench/notes.md by `npm run bench -- report`; not edited by hand.',
    measuredOn(runs),
    '## Budgets',
    table(['bench', 'what', 'measured', 'budget', ''], runs.flatMap(budgetRows)),
    ...missedClaims(runs),
    notes.trim(),
    '## All figures',
    ...runs.flatMap(figuresOf),
  ].join('\n\n')}\n`
}

function measuredOn(runs: readonly Run[]): string {
  const { cores, processor, memory, system, node } = runs[0]!.machine
  const span = (values: readonly string[]) => [...new Set(values)].sort().join(', ')
  const before = runs.map(({ load }) => load.before)
  const others = runs.filter(({ machine }) => JSON.stringify(machine) !== JSON.stringify(runs[0]!.machine)).map(({ bench }) => bench)
  return [
    `Measured on ${span(runs.map(({ date }) => date))} at commit ${span(runs.map(({ commit }) => commit))}: ${processor}, ${cores} cores, ${memory} of memory, ${system}, Node ${node.slice(1)}.`,
    `Server, vendor and callers shared the machine over loopback. Its load average was ${numberOf(Math.min(...before))} to ${numberOf(Math.max(...before))} before the benches began.`,
    ...(others.length ? [`On another machine than the first: ${others.join(', ')}.`] : []),
    ...(runs.some(({ quick }) => quick)
      ? [
          `Quick runs, which prove less: ${runs
            .filter(({ quick }) => quick)
            .map(({ bench }) => bench)
            .join(', ')}.`,
        ]
      : []),
  ].join(' ')
}

const budgetRows = ({ bench, budgets }: Run): string[][] =>
  budgets.map((each) => [bench, each.name, withUnit(each), limitOf(each), isKept(each) ? 'kept' : '**missed**'])
const limitOf = ({ kind, limit, unit }: Budget) => `${kind} ${numberOf(limit)}${unit ? ` ${unit}` : ''}`
const withUnit = ({ value, unit }: Figure) => `${numberOf(value)}${unit ? ` ${unit}` : ''}`

function missedClaims(runs: readonly Run[]): string[] {
  const problems = runs.flatMap(({ bench, problems }) => problems.map((problem) => `- **${bench}: ${problem}**`))
  return problems.length ? [`What a bench claims and did not hold:\n\n${problems.join('\n')}`] : []
}

function figuresOf({ bench, figures, claims, notes, load, seconds }: Run): string[] {
  const rows = figures.map((each) => [each.name, withUnit(each), each.range ? each.range.map(numberOf).join('–') : ''])
  const lines = [...claims, ...notes].map((line) => `- ${line}`)
  return [
    `### ${bench}`,
    table(['figure', 'median', 'range'], rows),
    ...(lines.length ? [lines.join('\n')] : []),
    `${seconds} seconds; load average ${numberOf(load.before)} before, at most ${numberOf(load.highest)} during it, the bench's own included.`,
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}
