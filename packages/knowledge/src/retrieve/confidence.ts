import { contentOf, expectedOf, holds, languageOf, sentencesOf, tokensOf, wordsOf } from '@gatehouse/kernel'
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
 * document ± ¼ for a sentence with the kind of thing asked for − what the best passage lacks: its weightiest word, and every name and number
 * − ½ of what no passage has. What is missing there names what is not in the documents. `nearness` (0 without vectors) makes up for words.
 */
export function confidenceOf(query: string, taken: readonly Ranked[], weights: ReadonlyMap<string, number>, nearness = 0): Confidence {
  const best = taken[0]
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  if (!best || all <= 0) return { value: 0, weak: true }
  const words = wordsOf(contentOf(query))
  const passages = taken.slice(0, looked).map((ranked) => measure(ranked, { words, weights, all }))
  const next = taken.find(({ candidate }) => candidate.document !== best.candidate.document)
  const margin = best.words > 0 ? (best.words - (next?.words ?? 0)) / best.words : 0
  const first = passages[0]!
  const sentences = passages.flatMap((passage) => passage.sentences)
  const sentence = Math.max(0, ...sentences.map(({ coverage }) => coverage))
  const nowhere = share(
    [...weights].filter(([term]) => passages.every(({ terms }) => !terms.has(term))),
    all,
  )
  const names = share(
    [...namesIn(query)].flatMap((term) => (first.terms.has(term) ? [] : [[term, weights.get(term) ?? 0] as const])),
    all,
  )
  const kind = kindHeld(
    query,
    sentences.filter(({ coverage }) => coverage >= sentence / 2),
  )
  const lacking = (first.missing + 0.5 * nowhere) * (1 - forgivenBy(nearness))
  const value = best.words + 0.5 * first.coverage + 0.5 * sentence + 0.25 * (margin + kind) - lacking - names + addedBy(nearness)
  return { value, weak: value < thresholds[languageOf(query)] }
}

/**
 * A vector that stands out forgives half of the words that are missing and adds a little: other words for the same thing. One that stands alone
 * needs no words at all.
 */
const alone = (nearness: number) => nearness ** 6
const forgivenBy = (nearness: number) => 0.5 * (nearness + alone(nearness))
const addedBy = (nearness: number) => 0.2 * nearness + 0.4 * alone(nearness)

const name = /(?<=[\p{Ll},\d'"”)] )["“‘(]?(\p{Lu}[\p{L}'’.-]+|[\p{L}-]*\d[\p{L}\d.,:-]*)/gu

/** Words with a capital within a sentence, and what holds a digit: Chinese has no such marks. */
const namesIn = (query: string): Set<string> => new Set([...query.matchAll(name)].flatMap(([, found]) => tokensOf(found ?? '')))

/** 1 where one of the sentences has a date, an amount, a name … that was asked for, −1 where none has, 0 where the question does not tell. */
function kindHeld(query: string, sentences: readonly { readonly text: string }[]): number {
  const expected = expectedOf(query)
  if (!expected) return 0
  const asked = new Set(tokensOf(query))
  return sentences.some(({ text }) => holds(text, expected, (term) => asked.has(term))) ? 1 : -1
}

interface Wanted {
  /** What the query is about, word by word: in Chinese a word is characters and pairs, missing together. */
  readonly words: readonly (readonly string[])[]
  readonly weights: ReadonlyMap<string, number>
  readonly all: number
}

function measure({ candidate: { title, headings, text } }: Ranked, { words, weights, all }: Wanted) {
  const terms = new Set(tokensOf([title, ...headings, text].join('\n')))
  const lacks = (word: readonly string[]) => word.reduce((sum, term) => sum + (terms.has(term) ? 0 : (weights.get(term) ?? 0)), 0)
  const sentences = sentencesOf(text).map(({ start, end }) => {
    const sentence = text.slice(start, end)
    return { text: sentence, coverage: coverageOf(tokensOf(sentence), weights, all) }
  })
  return { terms, missing: Math.max(0, ...words.map(lacks)) / all, sentences, coverage: coverageOf(terms, weights, all) }
}

function coverageOf(terms: Iterable<string>, weights: ReadonlyMap<string, number>, all: number): number {
  const found = new Set(terms)
  return share(
    [...weights].filter(([term]) => found.has(term)),
    all,
  )
}
const share = (terms: readonly (readonly [string, number])[], all: number) => terms.reduce((sum, [, weight]) => sum + weight, 0) / all
