import type { Candidate } from '@gatehouse/kernel'

/** How the legs count. Without vectors only words do, whatever the weights. */
export interface Weights {
  readonly words: number
  readonly vectors: number
}
/** A candidate with its final score. */
export interface Ranked {
  readonly candidate: Candidate
  /** 0–1: what is sorted, cut and returned. */
  readonly score: number
  /** Score of the words alone, as a share of what the query could reach. */
  readonly words: number
  readonly parts: Readonly<Record<string, number>>
}

const longDocument = 20
const equal: Weights = { words: 0.5, vectors: 0.5 }

/**
 * Both legs to one list, best first. The only place where raw scores become scores: app, API and retrieval test share it.
 * Words: body + w · identity, as a share of the query's ceiling. With vectors: convex sum of both legs' min-max scores.
 */
export function fuse(candidates: readonly Candidate[], weights: Weights = equal): Ranked[] {
  const words = candidates.map(wordScore)
  const hasVectors = candidates.some(({ distance }) => distance !== undefined)
  const scores = hasVectors ? convex(candidates, words, weights) : words
  return candidates
    .map((candidate, at) => ({
      candidate,
      score: Math.min(1, Math.max(0, scores[at]!)),
      words: Math.min(1, words[at]!),
      parts: partsOf(candidate, words[at]!),
      order: scores[at]!,
    }))
    .sort((a, b) => b.order - a.order || (a.candidate.segment < b.candidate.segment ? -1 : 1))
    .map(({ order: _, ...ranked }) => ranked)
}

function wordScore({ words, segments, title, text }: Candidate): number {
  if (!words || words.ceiling <= 0) return 0
  return (words.body + identityWeight(words.identityCoverage, segments, title === text) * words.identity) / words.ceiling
}

/** A segment of a long document cannot name it: the better the question names the document, the more its identity counts. */
export function identityWeight(coverage: number, segments: number, isTitleOnly: boolean): number {
  if (segments >= longDocument) return 0.5 + 2 * Math.max(0, 2 * (coverage - 0.5)) ** 2
  return isTitleOnly ? 0 : 0.3
}

function convex(candidates: readonly Candidate[], words: readonly number[], { words: byWords, vectors: byVectors }: Weights): number[] {
  const sum = byWords + byVectors || 1
  const wordShares = minMax(candidates.map(({ words: found }, at) => (found ? words[at] : undefined)))
  const vectorShares = minMax(candidates.map(({ distance }) => (distance === undefined ? undefined : 1 - distance)))
  return candidates.map((_, at) => (byWords * wordShares[at]! + byVectors * vectorShares[at]!) / sum)
}

/** The best is 1, the worst found above 0, what a leg did not find 0. */
function minMax(values: readonly (number | undefined)[]): number[] {
  const found = values.filter((value) => value !== undefined)
  const most = Math.max(...found)
  const least = Math.min(...found)
  const floor = 0.05
  return values.map((value) => (value === undefined ? 0 : most === least ? 1 : floor + ((1 - floor) * (value - least)) / (most - least)))
}

const partsOf = ({ words, distance }: Candidate, share: number): Record<string, number> => ({
  ...(words && { words: share, body: words.body, identity: words.identity, coverage: words.coverage }),
  ...(distance !== undefined && { vector: 1 - distance }),
})
