import type { PlacedBlock } from '../extract/layout.ts'

/** A retrievable piece before it has an id: `text` is the extracted text from `start` to `end`. */
export interface Piece {
  readonly headings: readonly string[]
  readonly start: number
  readonly end: number
  readonly hidden: boolean
  /** Of the first and the last block it holds text of, in files that have pages. */
  readonly pages?: readonly [first: number, last: number]
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

/** The pages a range of the text stands on. Blocks are in reading order. */
export function pagesOf(blocks: readonly PlacedBlock[], start: number, end: number): Pick<Piece, 'pages'> {
  const first = blockAt(blocks, start)?.page
  const last = blockAt(blocks, end - 1)?.page
  return first === undefined || last === undefined ? {} : { pages: [first, last] }
}

function blockAt(blocks: readonly PlacedBlock[], offset: number): PlacedBlock | undefined {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (blocks[middle]!.start <= offset) low = middle + 1
    else high = middle
  }
  return blocks[low - 1]
}
