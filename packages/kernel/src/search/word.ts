import { newStemmer } from 'snowball-stemmers'
import { irregular } from './irregular.ts'

/** A word as it stands in a text, lower case, and the tokens it is found by. */
export interface Word {
  readonly raw: string
  readonly tokens: readonly string[]
  /** Which query asked last what this word holds, and the answer: spares a lookup for every word of every candidate. */
  asked: unknown
  answer: readonly number[]
}

/** Says almost nothing about what a text is about. Part of the tokeniser: measured with it. */
export const stopWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its ' +
    'may of on or our she should so such than that the their them then there these they this to was we were what when where which who will with would you your about all also any between both each me more most my no not only other some than us'
  ).split(' '),
)

const mostCharacters = 64
const mostWords = 40_000
const stemmer = newStemmer('english')

// A table of our own, because cutting a string out and hashing it costs more than all else: callers hash while they read.
const slots = new Int32Array(1 << 17)
let words: Word[] = []

/** One step of the hash over the character codes of a word. */
export const mix = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193)

/** The word between two offsets of a lower-case text, whose codes hash to `hash`. */
export function wordAt(source: string, start: number, end: number, hash: number): Word {
  if (end - start > mostCharacters) return makeWord(source.slice(start, end))
  let slot = (hash ^ (hash >>> 15)) & (slots.length - 1)
  for (let at = slots[slot]!; at; at = slots[slot]!) {
    const word = words[at - 1]!
    if (isAt(word.raw, source, start, end)) return word
    slot = (slot + 1) & (slots.length - 1)
  }
  const word = makeWord(source.slice(start, end))
  remember(word, slot)
  return word
}

export function wordOf(raw: string): Word {
  let hash = 0
  for (let at = 0; at < raw.length; at++) hash = mix(hash, raw.charCodeAt(at))
  return wordAt(raw, 0, raw.length, hash)
}

function isAt(raw: string, source: string, start: number, end: number): boolean {
  if (raw.length !== end - start) return false
  for (let at = 0; at < raw.length; at++) if (raw.charCodeAt(at) !== source.charCodeAt(start + at)) return false
  return true
}

/** Bounded: a full table starts anew; what is frequent is back at once. */
function remember(word: Word, slot: number): void {
  if (words.length >= mostWords) {
    words = []
    slots.fill(0)
    return
  }
  words.push(word)
  slots[slot] = words.length
}

function makeWord(slice: string): Word {
  const raw = Buffer.from(slice, 'utf16le').toString('utf16le') // a slice would keep its whole document alive
  const tokens: string[] = []
  const add = (token: string) => {
    if (token && !tokens.includes(token)) tokens.push(token)
  }
  const parts = raw.split(/[-_.+#@:/]+/).filter(Boolean)
  const joined = parts.length > 1 || parts[0] !== raw
  if (joined) add(raw.slice(0, mostCharacters))
  for (const part of parts) {
    if (stopWords.has(part) && !(joined && raw.length < 6)) continue // the `a` of `a-1` names something
    add(stemOf(part))
    for (const piece of piecesOf(part)) add(stemOf(piece))
  }
  if (parts.length === 2 && raw.includes('-') && worthJoining(parts)) add(stemOf(parts.join('')))
  return { raw, tokens, asked: undefined, answer: [] }
}

/** `10-K` is also written 10k, `e-mail` email. */
const worthJoining = (parts: readonly string[]) =>
  parts.some((part) => part.length <= 2 || /\d/.test(part)) && parts[0]!.length + parts[1]!.length <= 16

/** FY2018 → fy, 2018. */
function piecesOf(part: string): readonly string[] {
  const found = part.length <= 24 && (/^(\p{L}+)(\p{N}+)$/u.exec(part) ?? /^(\p{N}+)(\p{L}+)$/u.exec(part))
  return found ? found.slice(1).filter((piece) => piece.length > 1 && !stopWords.has(piece)) : []
}

function stemOf(word: string): string {
  if (word.length < 3 || word.length > 40 || !/^[a-z]+$/.test(word)) return word.slice(0, mostCharacters)
  return stemmer.stem(irregular.get(word) ?? word)
}
