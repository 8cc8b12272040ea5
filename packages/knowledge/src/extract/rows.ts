import type { Block } from '@gatehouse/kernel'

export type Cell = string | number | boolean | Date | null | undefined

const mostColumns = 2000

/** Rows of a sheet as blocks: tables parted by empty rows, each with its first row as header; a row of one cell is a line of text. */
export function blocksOfRows(given: readonly (readonly Cell[])[], more: Pick<Block, 'sheet'> = {}): Block[] {
  const blocks: Block[] = []
  let last: { header: string; width: number } | undefined
  for (const { first, rows: all } of groupsOf(given)) {
    const captions = all.findIndex((row) => filled(row).length > 1)
    const group = captions < 0 ? [] : all.slice(captions)
    for (const [at, row] of (captions < 0 ? all : all.slice(0, captions)).entries())
      blocks.push({ kind: 'paragraph', text: filled(row).map(textOf).join(), rows: [first + at, first + at], ...more })
    if (group.length === 0) continue
    const rows = [first + captions, first + all.length - 1] as const
    const left = Math.min(...group.map((row) => row.findIndex((cell) => textOf(cell) !== '')))
    const lines = group.map((row) => lineOf(row.slice(left)))
    const width = Math.max(...group.map((row) => filled(row).length))
    // a table that goes on after an empty row keeps its header
    const goesOn = last?.width === width && group[0]!.some((cell) => typeof cell === 'number' || cell instanceof Date)
    const header = goesOn ? last!.header : lines[0]!
    last = { header, width }
    blocks.push({ kind: 'table', text: lines.join('\n'), ...(goesOn || lines.length > 1 ? { header } : {}), rows, ...more })
  }
  return blocks
}

interface Group {
  /** Counted from 1. */
  readonly first: number
  readonly rows: (readonly Cell[])[]
}
function groupsOf(rows: readonly (readonly Cell[])[]): Group[] {
  const groups: Group[] = []
  let isOpen = false
  for (const [at, row] of rows.entries()) {
    if (filled(row).length === 0) isOpen = false
    else if (isOpen) groups.at(-1)!.rows.push(row)
    else {
      groups.push({ first: at + 1, rows: [row] })
      isOpen = true
    }
  }
  return groups
}

const filled = (row: readonly Cell[]) => row.filter((cell) => textOf(cell) !== '')

/** Cells in their places; empty ones at the end are left out. */
const lineOf = (row: readonly Cell[]): string =>
  row
    .slice(0, mostColumns)
    .map(textOf)
    .join(' | ')
    .replace(/(\s*\|\s*)+$/, '')

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date)
    return Number.isNaN(cell.getTime())
      ? ''
      : cell
          .toISOString()
          .replace(/T00:00:00.000Z$/, '')
          .replace(/\.000Z$/, 'Z')
  return String(cell).replace(/\s+/g, ' ').trim()
}
