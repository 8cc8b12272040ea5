import { languageOf, sentencesOf, tokensOf } from '@gatehouse/kernel'
import type { Ranked } from './fusion.ts'

/** How sure one can be that the passages answer the question. */
export interface Confidence {
  readonly value: number
  readonly weak: boolean
}

/**
 * Calibrated on questions with and without an answer, of several collections, to about one false refusal in ten.
 * Chinese weighs differently: its characters and pairs say the same thing twice.
 */
const thresholds = { en: 0.32, zh: 0.5 } as const
/** Passages looked at. */
const looked = 5

/**
 * Score as a share of what the query could reach + ½ coverage of the best passage + ½ coverage of the best sentence + ¼ margin to the next
 * document − what the best passage lacks: its weightiest word, and every name and number − ½ of what no passage has. What is missing there
 * names what is not in the documents.
 */
export function confidenceOf(query: string, taken: readonly Ranked[], weights: ReadonlyMap<string, number>): Confidence {
  const best = taken[0]
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  if (!best || all <= 0) return { value: 0, weak: true }
  const passages = taken.slice(0, looked).map((ranked) => measure(ranked, weights, all))
  const next = taken.find(({ candidate }) => candidate.document !== best.candidate.document)
  const margin = best.words > 0 ? (best.words - (next?.words ?? 0)) / best.words : 0
  const first = passages[0]!
  const sentence = Math.max(...passages.map((passage) => passage.sentence))
  const nowhere = share(
    [...weights].filter(([term]) => passages.every(({ terms }) => !terms.has(term))),
    all,
  )
  const names = share(
    [...namesIn(query)].flatMap((term) => (first.terms.has(term) ? [] : [[term, weights.get(term) ?? 0] as const])),
    all,
  )
  const value = best.words + 0.5 * first.coverage + 0.5 * sentence + 0.25 * margin - first.missing - names - 0.5 * nowhere
  return { value, weak: value < thresholds[languageOf(query)] }
}

const name = /(?<=[\p{Ll},\d'"”)] )["“‘(]?(\p{Lu}[\p{L}'’.-]+|[\p{L}-]*\d[\p{L}\d.,:-]*)/gu

/** Words with a capital within a sentence, and what holds a digit: Chinese has no such marks. */
const namesIn = (query: string): Set<string> => new Set([...query.matchAll(name)].flatMap(([, found]) => tokensOf(found ?? '')))

function measure({ candidate: { title, headings, text } }: Ranked, weights: ReadonlyMap<string, number>, all: number) {
  const terms = new Set(tokensOf([title, ...headings, text].join('\n')))
  const missing = Math.max(0, ...[...weights].filter(([term]) => !terms.has(term)).map(([, weight]) => weight / all))
  const sentence = Math.max(0, ...sentencesOf(text).map(({ start, end }) => coverageOf(tokensOf(text.slice(start, end)), weights, all)))
  return { terms, missing, sentence, coverage: coverageOf(terms, weights, all) }
}

function coverageOf(terms: Iterable<string>, weights: ReadonlyMap<string, number>, all: number): number {
  const found = new Set(terms)
  return share(
    [...weights].filter(([term]) => found.has(term)),
    all,
  )
}
const share = (terms: readonly (readonly [string, number])[], all: number) => terms.reduce((sum, [, weight]) => sum + weight, 0) / all
