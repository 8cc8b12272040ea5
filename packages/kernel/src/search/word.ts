import { newStemmer } from 'snowball-stemmers'
import { irregular } from './irregular.ts'

/** A word as it stands in a text, lower case, and the tokens it is found by. */
export interface Word {
  readonly raw: string
  readonly tokens: readonly string[]
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
/** Numbers of words are smaller. */
export const tableSize = mostWords + 1
const stemmer = newStemmer('english')

// A table of our own, because cutting a string out and hashing it costs more than all else: callers hash while they read.
// What a score needs of a word lies in arrays of numbers: a look at the word itself, for each word of each candidate, misses the cache.
const slots = new Int32Array(1 << 17)
const checks = new Int32Array(tableSize)
const lengths = new Uint8Array(tableSize)
/** From 1; at 0 the last word that had no place. */
let words: Word[] = [{ raw: '', tokens: [] }]
/** Counts how often the table began anew: numbers of words from before mean others now. */
export let tableAge = 0

/** One step of each of two hashes over the character codes of a word. */
export const mix = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193)
export const mixCheck = (check: number, code: number): number => (Math.imul(check, 0x2c1b3c6d) + code) | 0

export const wordBy = (number: number): Word => words[number]!
/** How many tokens it has. */
export const lengthOf = (number: number): number => (number === 0 ? words[0]!.tokens.length : lengths[number]!)

/**
 * The number of the word between two offsets of a lower-case text, whose codes hash to `hash` and `check`. Without `exact` two words of one
 * length whose both hashes agree are one: good enough for a score, not for an index.
 */
export function wordAt(source: string, start: number, end: number, hash: number, check: number, exact: boolean): number {
  if (end - start > mostCharacters) return unkept(makeWord(source.slice(start, end)))
  const sum = check ^ (end - start)
  let slot = (hash ^ (hash >>> 15)) & (slots.length - 1)
  for (let at = slots[slot]!; at; at = slots[slot]!) {
    if (checks[at] === sum && (!exact || isAt(words[at]!.raw, source, start, end))) return at
    slot = (slot + 1) & (slots.length - 1)
  }
  return remember(makeWord(source.slice(start, end)), slot, sum)
}

export function wordOf(raw: string): number {
  let hash = 0
  let check = 0
  for (let at = 0; at < raw.length; at++) {
    hash = mix(hash, raw.charCodeAt(at))
    check = mixCheck(check, raw.charCodeAt(at))
  }
  return wordAt(raw, 0, raw.length, hash, check, true)
}

function isAt(raw: string, source: string, start: number, end: number): boolean {
  if (raw.length !== end - start) return false
  for (let at = 0; at < raw.length; at++) if (raw.charCodeAt(at) !== source.charCodeAt(start + at)) return false
  return true
}

/** Bounded: a full table starts anew; what is frequent is back at once. */
function remember(word: Word, slot: number, sum: number): number {
  if (words.length > mostWords) {
    words = [word]
    slots.fill(0)
    tableAge++
    return unkept(word)
  }
  const number = words.push(word) - 1
  slots[slot] = number
  checks[number] = sum
  lengths[number] = word.tokens.length
  return number
}

function unkept(word: Word): number {
  words[0] = word
  return 0
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
  return { raw, tokens }
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
