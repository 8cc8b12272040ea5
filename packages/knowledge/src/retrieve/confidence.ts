import { languageOf, sentencesOf, tokensOf } from '@gatehouse/kernel'
import type { Ranked } from './fusion.ts'

/** How sure one can be that a passage answers the question, and of what that is made. */
export interface Confidence {
  readonly value: number
  readonly weak: boolean
}

/** Calibrated on questions with and without an answer to about one false refusal in ten, each language by itself. */
const thresholds = { en: 1.0, zh: 1.0 } as const

/** norm + ½ coverage of the passage + ½ coverage of its best sentence + ¼ margin to the next document. */
export function confidenceOf(query: string, ranked: readonly Ranked[], weights: ReadonlyMap<string, number>): Confidence {
  const best = ranked[0]
  if (!best) return { value: 0, weak: true }
  const next = ranked.find(({ candidate }) => candidate.document !== best.candidate.document)
  const { title, headings, text, words } = best.candidate
  const passage = coverageOf([title, ...headings, text].join('\n'), weights)
  const sentence = Math.max(0, ...sentencesOf(text).map(({ start, end }) => coverageOf(text.slice(start, end), weights)))
  const margin = best.words > 0 ? Math.max(0, (best.words - (next?.words ?? 0)) / best.words) : 0
  const value = words ? best.words + 0.5 * passage + 0.5 * sentence + 0.25 * margin : best.score
  return { value, weak: value < thresholds[languageOf(query)] }
}

/** Share of the question's weight that a text holds. */
export function coverageOf(text: string, weights: ReadonlyMap<string, number>): number {
  const found = new Set(tokensOf(text))
  let all = 0
  let hit = 0
  for (const [term, weight] of weights) {
    all += weight
    if (found.has(term)) hit += weight
  }
  return all > 0 ? hit / all : 0
}
