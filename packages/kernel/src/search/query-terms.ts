import { scan } from './tokens.ts'
import { lengthOf, tableAge, tableSize, wordBy } from './word.ts'

/** A query taken apart once, then compared with many texts. */
export interface QueryTerms {
  /** Distinct terms, in order of appearance. */
  readonly terms: readonly string[]
  /** How often each occurs: repeats count. */
  readonly repeats: readonly number[]
  /** Terms that stand side by side in the query, as indexes. Words only: pairs of CJK characters are terms already. */
  readonly pairs: readonly (readonly [number, number])[]
  /** Which terms a word holds, by its number; the empty list for nearly all. */
  ofWord(number: number): readonly number[]
  /** Whether a code unit starts or ends any CJK term. */
  readonly mentions: Uint8Array
  /** Index of a single character or of a pair, or undefined. */
  ofCharacters(code: number, previous: number): number | undefined
}

const none: readonly number[] = []
const pairKey = (code: number, previous: number) => previous * 0x110000 + code

export function queryTerms(query: string): QueryTerms {
  const index = new Map<string, number>()
  const repeats: number[] = []
  const pairs: [number, number][] = []
  const characters = new Map<number, number>()
  const mentions = new Uint8Array(0x10000)
  let before: number | undefined
  const add = (term: string): number => {
    const at = index.get(term) ?? index.size
    index.set(term, at)
    repeats[at] = (repeats[at] ?? 0) + 1
    return at
  }
  scan(query, {
    word(number) {
      const { tokens } = wordBy(number)
      const first = tokens[0]
      for (const token of tokens) add(token)
      if (first === undefined) return // a stop word parts nothing
      const at = index.get(first)!
      if (before !== undefined && before !== at) pairs.push([before, at])
      before = at
    },
    character(code, previous) {
      before = undefined
      const character = String.fromCodePoint(code)
      characters.set(pairKey(code, 0), add(character))
      if (previous) characters.set(pairKey(code, previous), add(String.fromCodePoint(previous) + character))
      mentions[code & 0xffff] = 1
    },
  })
  const look = (number: number): readonly number[] => {
    const { tokens } = wordBy(number)
    return tokens.some((token) => index.has(token)) ? tokens.flatMap((token) => index.get(token) ?? []) : none
  }
  // by a word's number: 0 when it was not seen yet, 1 when it holds none of our terms, 2 when `hits` says which
  let age = tableAge
  let seen = new Uint8Array(tableSize)
  const hits = new Map<number, readonly number[]>()
  return {
    terms: [...index.keys()],
    repeats,
    pairs,
    mentions,
    ofCharacters: (code, previous) => characters.get(pairKey(code, previous)),
    ofWord(number) {
      if (age !== tableAge) {
        age = tableAge
        seen = new Uint8Array(tableSize)
        hits.clear()
      }
      const known = seen[number]!
      if (known === 1) return none
      if (known === 2) return hits.get(number)!
      const found = look(number)
      if (number === 0) return found // the next word has this number too
      seen[number] = found === none ? 1 : 2
      if (found !== none) hits.set(number, found)
      return found
    },
  }
}

/** How a text answers to a query: occurrences of each term, its length in tokens, and where the terms stand. */
export interface Occurrences {
  readonly counts: Uint16Array
  length: number
  /** Term and position, alternating, in order. */
  readonly positions: number[]
}

export function occurrencesOf(query: QueryTerms, text: string): Occurrences {
  const counts = new Uint16Array(query.terms.length)
  const found: Occurrences = { counts, length: 0, positions: [] }
  const { mentions } = query
  let position = 0
  scan(text, {
    approximate: true,
    word(number) {
      found.length += lengthOf(number)
      position++
      for (const term of query.ofWord(number)) {
        counts[term]!++
        found.positions.push(term, position)
      }
    },
    character(code, previous) {
      found.length += previous ? 2 : 1
      position++
      if (!mentions[code & 0xffff]) return
      const single = query.ofCharacters(code, 0)
      if (single !== undefined) counts[single]!++
      const pair = previous ? query.ofCharacters(code, previous) : undefined
      if (pair !== undefined) counts[pair]!++
    },
  })
  return found
}
