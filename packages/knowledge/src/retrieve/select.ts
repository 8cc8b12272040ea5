import { tokensOf } from '@gatehouse/kernel'
import type { Ranked } from './fusion.ts'
import { type Fingerprints, NearDuplicates } from './near-duplicates.ts'

/** What was found and not taken, and why. */
export interface Left {
  readonly ranked: Ranked
  readonly reason: string
}
export interface Selection {
  readonly taken: readonly Ranked[]
  readonly left: readonly Left[]
}
export interface SelectOptions {
  readonly topK: number
  readonly threshold: number
  readonly query: string
  /** Documents that another took the place of, with what they are called. */
  readonly superseded: ReadonlyMap<string, string>
  readonly fingerprints: Fingerprints
}

const perDocument = 3
/** A document with more than this share of the score may have more segments. */
const dominant = 0.6
const demotion = 0.5

/** From the fused list to what is answered with: old versions down, thresholds, duplicates, no document alone. */
export function select(ranked: readonly Ranked[], { topK, threshold, query, superseded, fingerprints }: SelectOptions): Selection {
  const ordered = demote(ranked, query, superseded)
  const taken: Ranked[] = []
  const left: Left[] = []
  const duplicates = new NearDuplicates(fingerprints)
  const most = limitOf(ordered.slice(0, topK))
  const counts = new Map<string, number>()
  for (const each of ordered) {
    if (taken.length >= topK) break
    const { document } = each.candidate
    if (each.score < threshold) {
      left.push({ ranked: each, reason: 'score' })
      continue
    }
    const count = counts.get(document) ?? 0
    if (count >= most(document)) {
      left.push({ ranked: each, reason: 'same document' })
      continue
    }
    if (duplicates.has(each)) {
      left.push({ ranked: each, reason: 'duplicate' })
      continue
    }
    taken.push(each)
    duplicates.add(each)
    counts.set(document, count + 1)
  }
  return { taken, left: left.slice(0, 20) }
}

/** A superseded document stands below the others, unless the question names it by what only a version has: a year, a number. */
function demote(ranked: readonly Ranked[], query: string, superseded: ReadonlyMap<string, string>): Ranked[] {
  if (superseded.size === 0) return [...ranked]
  const asked = new Set(tokensOf(query).filter((token) => /\d/.test(token)))
  const named = (title: string) => tokensOf(title).some((token) => asked.has(token))
  return ranked
    .map((each) => {
      const title = superseded.get(each.candidate.document)
      return title === undefined || named(title)
        ? each
        : { ...each, score: each.score * demotion, parts: { ...each.parts, superseded: demotion } }
    })
    .sort((a, b) => b.score - a.score)
}

function limitOf(best: readonly Ranked[]): (document: string) => number {
  const total = best.reduce((sum, { score }) => sum + score, 0)
  const sums = new Map<string, number>()
  for (const { candidate, score } of best) sums.set(candidate.document, (sums.get(candidate.document) ?? 0) + score)
  return (document) => ((sums.get(document) ?? 0) > total * dominant ? Number.POSITIVE_INFINITY : perDocument)
}
