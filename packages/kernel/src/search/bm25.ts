import { type Occurrences, occurrencesOf, type QueryTerms, queryTerms } from './query-terms.ts'
import { type DatasetStatistics, type FieldStatistics, idf } from './statistics.ts'
import { tokensOf } from './tokens.ts'

/** What the scorer needs to know of a segment that a search found. */
export interface Scorable {
  readonly dataset: string
  /** As it was indexed: title, heading path and text. */
  readonly body: string
  readonly identity: string
  /** How many segments its document has. */
  readonly segments: number
}

/** `Candidate.words` of the port. */
export interface WordScore {
  readonly body: number
  readonly identity: number
  readonly coverage: number
  readonly identityCoverage: number
  readonly ceiling: number
}

const k1 = 1.2
const bodyB = 0.75
const identityB = 0.3
/** Proximity is looked at for the best of the first pass only. */
const nearest = 100
const proximityWeight = 0.2
const proximityWindow = 8
/** A verbose query is measured by its rarest terms. */
const ceilingTerms = 10
const verboseFrom = 12
/** From here on a segment cannot name its own document any more. */
export const longDocument = 20

/** BM25 of body and identity for rows that a search found, each with its own dataset's statistics. Pure; in the order given. */
export function scoreWords(query: string, rows: readonly Scorable[], statistics: ReadonlyMap<string, DatasetStatistics>): WordScore[] {
  const terms = queryTerms(query)
  const datasets = new Map([...statistics].map(([id, fields]) => [id, weigh(terms, fields)]))
  const identities = new Map<string, { score: number; coverage: number }>()
  const found = rows.map((row) => occurrencesOf(terms, row.body))
  const base = rows.map((row, at) => bm25(terms, found[at]!, datasets.get(row.dataset)!.body, bodyB))
  const closeness = proximities(terms, rows, found, base, datasets)
  return rows.map((row, at) => {
    const weights = datasets.get(row.dataset)!
    const key = `${row.dataset} ${row.segments >= longDocument} ${row.identity}`
    let identity = identities.get(key)
    if (!identity) {
      identity = scoreIdentity(terms, row, weights)
      identities.set(key, identity)
    }
    return {
      body: base[at]! + proximityWeight * closeness[at]!,
      identity: identity.score,
      coverage: covered(found[at]!, weights.body),
      identityCoverage: identity.coverage,
      ceiling: weights.ceiling,
    }
  })
}

interface FieldWeights {
  readonly statistics: FieldStatistics
  readonly idf: readonly number[]
  readonly sum: number
}
interface Weights {
  readonly body: FieldWeights
  readonly identity: FieldWeights
  readonly ceiling: number
}

function weigh(query: QueryTerms, fields: DatasetStatistics): Weights {
  const body = weighField(query, fields.body)
  const each = body.idf.flatMap((weight, at) => Array<number>(query.repeats[at]!).fill(weight)).sort((a, b) => b - a)
  const counted = each.length > verboseFrom ? each.slice(0, ceilingTerms) : each
  return { body, identity: weighField(query, fields.identity), ceiling: counted.reduce((sum, weight) => sum + weight, 0) * (k1 + 1) }
}

function weighField(query: QueryTerms, statistics: FieldStatistics): FieldWeights {
  const weights = query.terms.map((term) => idf(statistics, term))
  return { statistics, idf: weights, sum: weights.reduce((sum, weight) => sum + weight, 0) }
}

function bm25(query: QueryTerms, found: Occurrences, field: FieldWeights, b: number): number {
  const norm = k1 * (1 - b + (b * found.length) / (field.statistics.averageLength || 1))
  let score = 0
  for (let term = 0; term < found.counts.length; term++) {
    const count = found.counts[term]!
    if (count) score += (query.repeats[term]! * field.idf[term]! * count * (k1 + 1)) / (count + norm)
  }
  return score
}

function covered(found: Occurrences, field: FieldWeights): number {
  let sum = 0
  for (let term = 0; term < found.counts.length; term++) if (found.counts[term]) sum += field.idf[term]!
  return field.sum > 0 ? sum / field.sum : 0
}

function scoreIdentity(query: QueryTerms, row: Scorable, { identity }: Weights): { score: number; coverage: number } {
  const found = occurrencesOf(query, row.identity)
  return {
    score: bm25(query, found, identity, identityB),
    coverage: row.segments >= longDocument ? named(query, row.identity, identity.statistics) : 0,
  }
}

/** Which share of an identity's weight the query names. */
function named(query: QueryTerms, text: string, statistics: FieldStatistics): number {
  const asked = new Set(query.terms)
  let all = 0
  let hit = 0
  for (const token of new Set(tokensOf(text))) {
    const weight = idf(statistics, token)
    all += weight
    if (asked.has(token)) hit += weight
  }
  return all > 0 ? hit / all : 0
}

/** Words that stand together in the query and in the text: worth about as much again as the rarer one, times the weight. */
function proximities(
  query: QueryTerms,
  rows: readonly Scorable[],
  found: readonly Occurrences[],
  base: readonly number[],
  datasets: ReadonlyMap<string, Weights>,
): number[] {
  const scores = rows.map(() => 0)
  if (!query.pairs.length) return scores
  const best = rows.length <= nearest ? rows.keys() : [...rows.keys()].sort((a, b) => base[b]! - base[a]!).slice(0, nearest)
  for (const at of best) scores[at] = proximity(query, found[at]!, datasets.get(rows[at]!.dataset)!.body)
  return scores
}

function proximity(query: QueryTerms, { positions, length }: Occurrences, field: FieldWeights): number {
  const norm = k1 * (1 - bodyB + (bodyB * length) / (field.statistics.averageLength || 1))
  let score = 0
  for (const [first, second] of query.pairs) {
    let count = 0
    for (let at = 0; at < positions.length; at += 2) {
      if (positions[at] !== first && positions[at] !== second) continue
      const wanted = positions[at] === first ? second : first
      for (let next = at + 2; next < positions.length && positions[next + 1]! - positions[at + 1]! <= proximityWindow; next += 2)
        if (positions[next] === wanted) {
          const distance = Math.max(1, positions[next + 1]! - positions[at + 1]!)
          count += 1 / distance
          break
        }
    }
    if (count) score += (Math.min(field.idf[first]!, field.idf[second]!) * count * (k1 + 1)) / (count + norm)
  }
  return score
}
