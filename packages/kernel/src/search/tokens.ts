import { apostrophe, cjk, comma, digit, highSurrogate, joiner, kindOf, kindOfPair, letter } from './characters.ts'
import { mix, mixCheck, wordAt, wordBy, wordOf } from './word.ts'

/** Stored with each dataset; another number means: tokenise again. */
export const tokenizerVersion = 2

/** Is told what a text consists of, in order. */
export interface TokenSink {
  /** By its number in the table of words, good until the next word. */
  word(number: number): void
  /** A Chinese, Japanese or Korean character and the one just before it in the same run (0 at its start), as code points. */
  character(code: number, previous: number): void
  /** That almost never two words may be taken for one is good enough: a score. */
  readonly approximate?: boolean
}

/** The tokens a text is indexed under, in order: words whole and in parts, stemmed; CJK characters and their pairs. */
export function tokensOf(text: string): string[] {
  const tokens: string[] = []
  scan(text, {
    word: (number) => {
      for (const token of wordBy(number).tokens) tokens.push(token)
    },
    character: (code, previous) => {
      const character = String.fromCodePoint(code)
      tokens.push(character)
      if (previous) tokens.push(String.fromCodePoint(previous) + character)
    },
  })
  return tokens
}

/**
 * The tokens a query finds its candidates by: only pairs where a run has two CJK characters or more (single ones match almost every row),
 * repeated terms kept. Scoring uses `tokensOf`.
 */
export function matchTermsOf(query: string): string[] {
  const terms: string[] = []
  let single = ''
  const flush = () => {
    if (single) terms.push(single)
    single = ''
  }
  scan(query, {
    word: (number) => {
      flush()
      terms.push(...wordBy(number).tokens)
    },
    character: (code, previous) => {
      const character = String.fromCodePoint(code)
      if (previous) {
        single = ''
        terms.push(String.fromCodePoint(previous) + character)
      } else {
        flush()
        single = character
      }
    },
  })
  flush()
  return terms
}

/** Walks a text once. Never throws, whatever the text is. */
export function scan(text: string, sink: TokenSink): void {
  const source = normalise(text)
  const length = source.length
  let previous = 0
  let at = 0
  while (at < length) {
    const kind = kindOf[source.charCodeAt(at)]!
    if (kind === letter || kind === digit) {
      previous = 0
      at = readWord(source, at, sink)
    } else if (kind === cjk) {
      const code = source.charCodeAt(at++)
      sink.character(code, previous)
      previous = code
    } else if (kind === highSurrogate) {
      const code = source.codePointAt(at)!
      const pair = code > 0xffff ? kindOfPair(String.fromCodePoint(code)) : 0
      if (pair === cjk) sink.character(code, previous)
      else if (pair) sink.word(wordOf(String.fromCodePoint(code)))
      previous = pair === cjk ? code : 0
      at += code > 0xffff ? 2 : 1
    } else {
      previous = 0
      at++
    }
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is all of ASCII
const onlyAscii = /^[\x00-\x7f]*$/
const normalise = (text: string): string => (onlyAscii.test(text) ? text : text.normalize('NFKC')).toLowerCase()

/** A word with its joined parts, from its first character; returns where it ends. */
function readWord(source: string, start: number, sink: TokenSink): number {
  let at = start
  let end = start
  let grouped = false
  let hash = 0 // of everything up to `end`, and another
  let check = 0
  for (; at < source.length; at++) {
    const code = source.charCodeAt(at)
    const kind = kindOf[code]!
    if (kind === letter || kind === digit) {
      if (end < at) {
        hash = mix(hash, source.charCodeAt(end)) // the joiner before it
        check = mixCheck(check, source.charCodeAt(end))
      }
      hash = mix(hash, code)
      check = mixCheck(check, code)
      end = at + 1
    } else if (kind === joiner && end === at) continue
    else if (kind === comma && end === at && isGroup(source, at)) grouped = true
    else break
  }
  for (let code = source.charCodeAt(end); code === 43 || code === 35; code = source.charCodeAt(++end)) {
    hash = mix(hash, code) // c++ and c#
    check = mixCheck(check, code)
  }
  sink.word(
    grouped ? wordOf(source.slice(start, end).replaceAll(',', '')) : wordAt(source, start, end, hash, check, sink.approximate !== true),
  )
  return kindOf[source.charCodeAt(at)] === apostrophe && end === at ? afterClitic(source, at) : Math.max(end, at)
}

/** 1,000 is one number. */
const isGroup = (source: string, at: number): boolean =>
  kindOf[source.charCodeAt(at - 1)] === digit &&
  [1, 2, 3].every((step) => kindOf[source.charCodeAt(at + step)] === digit) &&
  kindOf[source.charCodeAt(at + 4)] !== digit

/** The `'s` of company's, the `n't` of don't and the like say nothing: skipped. */
function afterClitic(source: string, at: number): number {
  let end = at + 1
  while (end < source.length && kindOf[source.charCodeAt(end)] === letter) end++
  return end - at <= 3 ? end : at + 1
}
