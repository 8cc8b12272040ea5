import type { Place } from '@gatehouse/contracts'

/** A retrievable piece before it has an id: `text` is the extracted text from `start` to `end`. */
export interface Piece {
  readonly headings: readonly string[]
  readonly start: number
  readonly end: number
  readonly hidden: boolean
  readonly place?: Place
}
export interface Splitting {
  readonly mode: 'automatic' | 'custom'
  readonly separator: string
  readonly maxCharacters: number
  readonly overlap: number
}

/** A cut must not part a surrogate pair. */
export const isLow = (text: string, at: number) => text.charCodeAt(at) >= 0xdc00 && text.charCodeAt(at) <= 0xdfff

export function trimmed(text: string, start: number, end: number): { start: number; end: number } {
  let from = start
  let to = end
  while (from < to && /\s/.test(text[from]!)) from++
  while (to > from && /\s/.test(text[to - 1]!)) to--
  return { start: from, end: to }
}
