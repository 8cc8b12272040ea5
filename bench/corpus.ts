/**
 * Made-up text with the shape of real text: word frequencies fall as in a language (Zipf), a third of it is Chinese, and a seed says which.
 */
export type Random = () => number

/** mulberry32: the same numbers on every machine. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export type Language = 'en' | 'zh'
export interface Vocabulary {
  readonly language: Language
  /** Most frequent first. */
  readonly words: readonly string[]
  /** A word as often as the language has it. */
  draw(random: Random): string
  /** Any of those between two ranks, alike. */
  between(random: Random, first: number, last: number): string
}

const glue = 'the of and to in a is for that on with as it by be are this from or an at'.split(' ')
const onsets = 'b c d f g h l m n p r s t v w br cl cr dr fl gr pl pr sh sl st th tr'.split(' ')
const vowels = 'a e i o u ai ea ee io ou'.split(' ')
const codas = ' l m n nd nt r rk s st t x'.split(' ')
/** Of the common ideographs; enough to write eight thousand words of two. */
const firstIdeograph = 0x4e00
const ideographs = 2400

export function createVocabulary(language: Language, size = language === 'en' ? 30_000 : 12_000): Vocabulary {
  const random = seeded(language === 'en' ? 7 : 11)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const words = new Set<string>()
  while (words.size < size) {
    if (language === 'zh') {
      // characters are unevenly common too
      const character = () => String.fromCharCode(firstIdeograph + Math.floor(random() ** 2 * ideographs))
      words.add(character() + character())
    } else {
      const syllables = 1 + Math.ceil(random() * 2 + words.size / size)
      words.add(Array.from({ length: syllables }, () => pick(onsets) + pick(vowels)).join('') + pick(codas))
    }
  }
  const list = [...words]
  const sums = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank++) {
    sum += 1 / (rank + 2.7)
    sums[rank] = sum
  }
  return {
    language,
    words: list,
    draw: (from) => list[indexOf(sums, from() * sum)]!,
    between: (from, first, last) => list[first + Math.floor(from() * (last - first))]!,
  }
}

function indexOf(sums: Float64Array, wanted: number): number {
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Sentences of about `count` words. */
export function writeText(vocabulary: Vocabulary, random: Random, count: number): string {
  let text = ''
  for (let at = 0; at < count; ) {
    const length = 6 + Math.floor(random() * 12)
    text += sentenceOf(
      vocabulary,
      random,
      Array.from({ length }, () => vocabulary.draw(random)),
    )
    at += length
  }
  return text
}

export function sentenceOf({ language }: Vocabulary, random: Random, words: readonly string[]): string {
  if (language === 'zh') return `${words.join('')}。`
  const joined = words.map((word) => (random() < 0.5 ? `${glue[Math.floor(random() ** 2 * glue.length)]} ${word}` : word)).join(' ')
  return `${joined[0]!.toUpperCase()}${joined.slice(1)}. `
}
