import type { PlacedBlock } from '../extract/layout.ts'
import { isLow, type Piece, type Splitting, trimmed } from './piece.ts'

const finer = ['\n\n', '\n', '。', '. ', ' ']

/** As told: cut at every separator; what is still too long is cut again at ever finer places, with the overlap repeated. */
export function splitCustom(text: string, blocks: readonly PlacedBlock[], { separator, maxCharacters, overlap }: Splitting): Piece[] {
  const pieces: Piece[] = []
  const headings = headingsAt(blocks)
  const limit = Math.max(1, maxCharacters)
  for (const visible of stretches(text, blocks))
    for (const part of cutAt(text, visible.start, visible.end, separator))
      for (const range of shorten(text, part, limit, Math.min(overlap, Math.floor(limit / 2)), finer)) {
        const { start, end } = trimmed(text, range.start, range.end)
        if (end > start) pieces.push({ headings: headings(start), start, end, hidden: visible.hidden })
      }
  return pieces
}

interface Range {
  readonly start: number
  readonly end: number
}

/** Hidden text never shares a piece with what people see. */
function stretches(text: string, blocks: readonly PlacedBlock[]): (Range & { hidden: boolean })[] {
  if (!blocks.some(({ hidden }) => hidden)) return [{ start: 0, end: text.length, hidden: false }]
  const found: { start: number; end: number; hidden: boolean }[] = []
  for (const { start, end, hidden = false } of blocks) {
    const last = found.at(-1)
    if (last && last.hidden === hidden) last.end = end
    else found.push({ start, end, hidden })
  }
  return found
}

function cutAt(text: string, start: number, end: number, separator: string): Range[] {
  if (!separator) return [{ start, end }]
  const ranges: Range[] = []
  let from = start
  for (let at = text.indexOf(separator, from); at >= 0 && at < end; at = text.indexOf(separator, from)) {
    ranges.push({ start: from, end: at })
    from = at + separator.length
  }
  ranges.push({ start: from, end })
  return ranges.filter((range) => range.end > range.start)
}

function shorten(text: string, range: Range, limit: number, overlap: number, marks: readonly string[]): Range[] {
  if (range.end - range.start <= limit) return [range]
  const pieces: Range[] = []
  let { start } = range
  while (range.end - start > limit) {
    const end = placeToCut(text, start, start + limit, marks)
    pieces.push({ start, end })
    start = Math.max(start + 1, end - overlap)
    if (isLow(text, start)) start++
  }
  pieces.push({ start, end: range.end })
  return pieces
}

/** The last mark in the second half, the coarsest first. */
function placeToCut(text: string, start: number, end: number, marks: readonly string[]): number {
  for (const mark of marks) {
    const at = text.lastIndexOf(mark, end - mark.length)
    if (at > start + (end - start) / 2) return at + mark.length
  }
  return isLow(text, end) ? end - 1 : end
}

function headingsAt(blocks: readonly PlacedBlock[]): (offset: number) => readonly string[] {
  const steps: { start: number; path: readonly string[] }[] = []
  let path: { level: number; text: string }[] = []
  for (const { kind, level = 1, text, start, hidden } of blocks) {
    if (kind !== 'heading' || hidden) continue
    path = [...path.filter((above) => above.level < level), { level, text }]
    steps.push({ start, path: path.map((each) => each.text) })
  }
  return (offset) => {
    let low = 0
    let high = steps.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (steps[middle]!.start < offset) low = middle + 1
      else high = middle
    }
    return steps[low - 1]?.path ?? []
  }
}
