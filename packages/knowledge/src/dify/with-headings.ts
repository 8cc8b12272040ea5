import type { SegmentRecord } from '@gatehouse/contracts'

type Piece = Pick<SegmentRecord, 'headings' | 'text' | 'start' | 'end'>

/**
 * Dify's segments hold the headings above their text; ours know them beside it. Put back are those that stand between the segment before and
 * this one, and the header of a table that goes on. Where a custom separator cut the text, the headings are in it already and nothing is put back.
 */
export function withHeadings({ headings, text, start }: Piece, previous?: Piece): string {
  const gap = start - (previous?.end ?? 0)
  const last = headings.at(-1)
  if (gap >= 0 && gap <= 1 && last?.includes(' | ') && text.includes(' | ')) return `${last}\n${text}`
  let room = gap
  const between: string[] = []
  for (const heading of headings.slice(sharedBy(headings, previous?.headings ?? []))) {
    room -= heading.length + blankLine
    if (room < 0) break
    between.push(heading)
  }
  return [...between, text].join('\n\n')
}

const blankLine = 2
function sharedBy(path: readonly string[], before: readonly string[]): number {
  const parting = path.findIndex((heading, at) => heading !== before[at])
  return parting < 0 ? path.length : parting
}
