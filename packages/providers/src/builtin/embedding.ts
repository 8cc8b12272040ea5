import { contentOf, tokensOf, wordsOf } from '@gatehouse/kernel'
import { meanings } from './lexicon.ts'

export const dimensions = 512

/** How much the meaning counts beside the word itself. */
const meaningWeight = 1.6

/**
 * A vector from the words of a text and from what they mean by a small list of our own: no model, no training, the same everywhere. It finds
 * "CCTV" where a document says "camera", within a language and across English and Chinese, and nothing that is not in the list.
 */
export function embedText(text: string): Float32Array {
  const vector = new Float32Array(dimensions)
  const weights = new Map<string, number>()
  for (const token of tokensOf(contentOf(text))) weights.set(token, (weights.get(token) ?? 0) + 1)
  for (const [token, count] of weights) spread(vector, `w ${token}`, rarity(token) * (1 + Math.log(count)))
  for (const [group, count] of groupsIn(text)) spread(vector, `m ${group}`, meaningWeight * (1 + Math.log(count)))
  return vector
}

/** Long words and those with digits say more; single characters of Chinese say little. */
function rarity(token: string): number {
  if (/\d/.test(token)) return 1
  if (/\p{Script=Han}/u.test(token)) return token.length > 1 ? 0.7 : 0.2
  return Math.min(1, 0.3 + token.length * 0.1)
}

/** Eight places with signs, drawn by the name: two names hardly ever share them. */
function spread(vector: Float32Array, name: string, weight: number): void {
  let state = hash(name)
  for (let draw = 0; draw < 8; draw++) {
    state = mix(state + 0x9e3779b9)
    vector[state % dimensions]! += (state & 0x80000000) === 0 ? weight : -weight
  }
}

type Phrases = ReadonlyMap<string, readonly number[]>
let known: { readonly latin: Phrases; readonly han: Phrases; readonly longest: number } | undefined

/** The list by its words' stems, and by Chinese words as written. */
function lexicon() {
  if (known) return known
  const latin = new Map<string, number[]>()
  const han = new Map<string, number[]>()
  let longest = 1
  meanings.forEach((line, group) => {
    for (const phrase of line.split(', ')) {
      const isHan = /\p{Script=Han}/u.test(phrase)
      const key = isHan ? phrase : stems(phrase).join(' ')
      if (!key) continue
      longest = Math.max(longest, isHan ? phrase.length : 0)
      const into = isHan ? han : latin
      const groups = into.get(key) ?? []
      if (!groups.includes(group)) into.set(key, [...groups, group])
    }
  })
  known = { latin, han, longest }
  return known
}

const mostWords = 4
/** One stem a word: the first of its tokens that is a whole word. */
const stems = (text: string): string[] => wordsOf(text).flatMap((tokens) => (tokens[0] === undefined ? [] : [tokens[0]]))

function groupsIn(text: string): Map<number, number> {
  const { latin, han, longest } = lexicon()
  const found = new Map<number, number>()
  const note = (groups: readonly number[]) => {
    for (const group of groups) found.set(group, (found.get(group) ?? 0) + 1)
  }
  const words = stems(text.replace(/\p{Script=Han}+/gu, ' . '))
  for (let at = 0; at < words.length; at++)
    for (let size = Math.min(mostWords, words.length - at); size > 0; size--) {
      const groups = latin.get(words.slice(at, at + size).join(' '))
      if (!groups) continue
      note(groups)
      at += size - 1 // the longest phrase is what was meant
      break
    }
  for (const [run] of text.matchAll(/[\p{Script=Han}a-z]+/giu))
    for (let at = 0; at < run.length; at++)
      for (let size = Math.min(longest, run.length - at); size > 0; size--) {
        const groups = han.get(run.slice(at, at + size).toLowerCase())
        if (!groups) continue
        note(groups)
        at += size - 1
        break
      }
  return found
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return mix(value)
}
function mix(from: number): number {
  let value = Math.imul(from ^ (from >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
