import type { Machine } from './machine.ts'

/** One measured number. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The range it was seen in, where it was measured more than once. */
  readonly range?: readonly [least: number, most: number]
}
/** A figure that has a limit of design §8. */
export interface Budget extends Figure {
  readonly limit: number
  readonly kind: 'at most' | 'at least' | 'under'
}
/** What one bench found: data, so that a page can be written of it. */
export interface Outcome {
  readonly figures: readonly Figure[]
  readonly budgets: readonly Budget[]
  /** What was checked and held, in words. */
  readonly claims: readonly string[]
  /** What was checked and did not. */
  readonly problems: readonly string[]
  /** What a reader has to know: what was skipped, what differs. */
  readonly notes: readonly string[]
}
/** An outcome with what it was measured on. */
export interface Run extends Outcome {
  readonly bench: string
  readonly quick: boolean
  readonly date: string
  readonly commit: string
  readonly machine: Machine
  /** Load average of a minute before the run, and the highest during it. */
  readonly load: { readonly before: number; readonly highest: number }
  readonly seconds: number
}

/** What could not be measured is not kept; JSON writes it as null. */
export const isKept = ({ value, limit, kind }: Budget): boolean =>
  Number.isFinite(value) && (kind === 'at least' ? value >= limit : kind === 'under' ? value < limit : value <= limit)

/** Everything for which `--check` fails. */
export const missedOf = ({ budgets, problems }: Outcome): string[] => [
  ...budgets.filter((budget) => !isKept(budget)).map((budget) => `${budget.name}: ${inWords(budget)}`),
  ...problems,
]
export const inWords = ({ value, limit, kind, unit }: Budget): string =>
  `${numberOf(value)} of ${kind} ${numberOf(limit)}${unit ? ` ${unit}` : ''}`

/** Three digits that count; whole numbers in full. */
export function numberOf(value: number): string {
  if (!Number.isFinite(value)) return 'not measured'
  const size = Math.abs(value)
  return size >= 100 || Number.isInteger(value) ? grouped(Math.round(value)) : value.toFixed(size >= 10 ? 1 : 2)
}
const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ' ')

export const figure = (name: string, value: number, unit: string, range?: Figure['range']): Figure => ({
  ...{ name, value: rounded(value), unit },
  ...(range && { range: [rounded(range[0]), rounded(range[1])] }),
})
export const budget = (name: string, value: number, kind: Budget['kind'], limit: number, unit = ''): Budget => ({
  ...{ name, value: rounded(value), unit, limit, kind },
})
const rounded = (value: number) => Number(value.toPrecision(4))

/** Of numbers in any order. */
export function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
