import type { Place } from '@gatehouse/contracts'
import type { PlacedBlock } from '../extract/layout.ts'

/** Tells where a range of the text stands in its file; undefined where the file has no such places. Blocks are in reading order. */
export function placesIn(text: string, blocks: readonly PlacedBlock[]): (start: number, end: number) => Place | undefined {
  const lineEnds = new Map<PlacedBlock, number[]>()
  return (start, end) => {
    const first = Math.max(0, countUpTo(blocks, start, startOf) - 1)
    return joinPlaces(blocks.slice(first, countUpTo(blocks, end - 1, startOf)).map((block) => placeOf(block, start, end)))
  }

  function placeOf(block: PlacedBlock, start: number, end: number): Place {
    const { page, sheet, rows } = block
    return {
      ...(page !== undefined && { pages: [page, page] }),
      ...(sheet !== undefined && { sheet }),
      ...(rows && { rows: [rows[0] + lineAt(block, start), Math.min(rows[1], rows[0] + lineAt(block, end - 1))] }),
    }
  }

  /** Found out once for each block: a long table is cut into thousands of pieces. */
  function lineAt(block: PlacedBlock, offset: number): number {
    const known = lineEnds.get(block) ?? lineEndsOf(text, block)
    lineEnds.set(block, known)
    return countUpTo(known, offset - 1, Number)
  }
}

function lineEndsOf(text: string, { start, end }: PlacedBlock): number[] {
  const ends: number[] = []
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) ends.push(at)
  return ends
}

/** What several places have together: all pages, and rows as long as they are of one sheet. */
export function joinPlaces(places: readonly (Place | undefined)[]): Place | undefined {
  const sheets = new Set(places.flatMap((place) => (place?.sheet === undefined ? [] : [place.sheet])))
  const [sheet] = sheets
  const pages = spanOf(places.map((place) => place?.pages))
  const rows = sheets.size > 1 ? undefined : spanOf(places.map((place) => place?.rows))
  const joined = { ...(pages && { pages }), ...(sheets.size === 1 && sheet !== undefined && { sheet }), ...(rows && { rows }) }
  return Object.keys(joined).length ? joined : undefined
}

type Span = readonly [first: number, last: number]
function spanOf(spans: readonly (Span | undefined)[]): Span | undefined {
  const known = spans.filter((span) => span !== undefined)
  return known.length ? [Math.min(...known.map(([first]) => first)), Math.max(...known.map(([, last]) => last))] : undefined
}

const startOf = ({ start }: PlacedBlock) => start

/** How many of what is sorted lie at or before an offset. */
function countUpTo<T>(sorted: readonly T[], offset: number, of: (each: T) => number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (of(sorted[middle]!) <= offset) low = middle + 1
    else high = middle
  }
  return low
}
