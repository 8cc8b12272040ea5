import type { Block } from '@gatehouse/kernel'
import type { Line } from './pdf-lines.ts'

const most = { heading: 200, levels: 3 }
const bullet = /^(?:[•·●‣▪◦–-]\s|\(?\d{1,3}[.)]\s|\(?[a-z]\)\s)/
const hyphen = /\p{Ll}[-\u00ad\u2010]$/u

export interface Page {
  readonly lines: readonly Line[]
  /** Too small to be read. */
  readonly hidden: string
}

/** Lines to headings, paragraphs, lists and tables; what stands on most pages at the same place is kept once. */
export function blocksOfPages(given: readonly Page[]): Block[] {
  const pages = given.map(({ lines }) => lines)
  const repeated = repeatedLines(pages)
  const kept = new Set<string>()
  const body = bodySize(pages)
  const sizes = headingSizes(pages, body)
  return pages.flatMap((lines, at) => {
    const own = lines.filter((line, place) => {
      const key = keyOf(line, place, lines.length)
      if (!repeated.has(key)) return true
      if (kept.has(key)) return false
      kept.add(key)
      return true
    })
    const { hidden } = given[at]!
    const unseen: Block[] = hidden.trim() ? [{ kind: 'paragraph', text: hidden.trim(), hidden: true }] : []
    return [...blocksOf(own, sizes), ...unseen].map((block) => ({ ...block, page: at + 1 }))
  })
}

const edge = 2
/** Lines at the edges of a page, with their numbers taken out. */
function keyOf(line: Line, place: number, count: number): string {
  if (place >= edge && place < count - edge) return ''
  return `${Math.round(line.y / 3)} ${line.text.replace(/\d+/g, '#').replace(/\s/g, '')}`
}
function repeatedLines(pages: readonly (readonly Line[])[]): Set<string> {
  const counts = new Map<string, number>()
  for (const lines of pages)
    for (const key of new Set(lines.map((line, place) => keyOf(line, place, lines.length)))) counts.set(key, (counts.get(key) ?? 0) + 1)
  const enough = Math.max(3, pages.length * 0.4)
  return new Set([...counts].filter(([key, count]) => key && count >= enough).map(([key]) => key))
}

const rounded = (size: number) => Math.round(size * 2) / 2

/** The size most letters have. */
function bodySize(pages: readonly (readonly Line[])[]): number {
  const letters = new Map<number, number>()
  for (const lines of pages) for (const { size, text } of lines) letters.set(rounded(size), (letters.get(rounded(size)) ?? 0) + text.length)
  return [...letters].reduce((best, each) => (each[1] > best[1] ? each : best), [0, -1] as [number, number])[0]
}

/** Sizes clearly above the body's, largest first: the place is the level. */
function headingSizes(pages: readonly (readonly Line[])[], body: number): number[] {
  const sizes = new Set(pages.flat().map(({ size }) => rounded(size)))
  return [...sizes].filter((size) => size >= body * 1.08 && size >= body + 0.9).sort((a, b) => b - a)
}

function blocksOf(lines: readonly Line[], sizes: readonly number[]): Block[] {
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; ) {
    const rows = tableAt(lines, at)
    if (rows) {
      blocks.push(tableOf(lines.slice(at, at + rows)))
      at += rows
      continue
    }
    const count = paragraphAt(lines, at)
    const taken = lines.slice(at, at + count)
    const level = sizes.indexOf(rounded(taken[0]!.size))
    const text = joined(taken)
    const isHeading = level >= 0 && text.length <= most.heading && /\p{L}/u.test(text)
    if (isHeading) blocks.push({ kind: 'heading', level: Math.min(level, most.levels - 1) + 1, text })
    else blocks.push({ kind: bullet.test(text) ? 'list' : 'paragraph', text })
    at += count
  }
  return blocks
}

/** How many lines from here are rows: two or more, most of them with several cells. */
function tableAt(lines: readonly Line[], start: number): number | undefined {
  if (lines[start]!.cells.length < 2) return undefined
  let end = start
  let rows = 0
  for (let at = start; at < lines.length && isNear(lines, at, start, 3.5); at++) {
    const { cells } = lines[at]!
    if (cells.length > 1) {
      rows++
      end = at + 1
    } else if (at - end >= 1) break // one line of one cell may be the rest of a cell
  }
  return rows >= 2 ? end - start : undefined
}

function tableOf(lines: readonly Line[]): Block {
  const rows = lines.map(({ cells }) => cells)
  const widest = Math.max(...rows.map(({ length }) => length))
  // where the header names every column, a missing cell keeps its place
  const columns = rows[0]!.length === widest ? rows[0]!.map(({ x }) => x) : undefined
  const text = rows.map((cells) =>
    (columns ? placed(cells, columns) : cells.map(({ text }) => text)).join(' | ').replace(/(\s*\|\s*)+$/, ''),
  )
  return { kind: 'table', text: text.join('\n'), header: text[0]! }
}

function placed(cells: Line['cells'], columns: readonly number[]): string[] {
  const row: string[] = columns.map(() => '')
  let next = 0
  for (const [at, { text, x }] of cells.entries()) {
    const last = columns.length - (cells.length - at) // the cells after it need their places too
    let column = next
    while (column < last && Math.abs(columns[column + 1]! - x) < Math.abs(columns[column]! - x)) column++
    row[column] = text
    next = column + 1
  }
  return row
}

/** How many lines from here are one paragraph: the same size, no wide gap, no new item of a list. */
function paragraphAt(lines: readonly Line[], start: number): number {
  const first = lines[start]!
  let leading = Number.POSITIVE_INFINITY
  let at = start + 1
  for (; at < lines.length && !tableAt(lines, at); at++) {
    const line = lines[at]!
    const gap = lines[at - 1]!.y - line.y
    if (Math.abs(line.size - first.size) > 0.8 || bullet.test(line.text)) break
    // upwards: the next column goes on, unless the last line ended a sentence
    if (gap <= 0 ? /[.!?。！？:：]$/.test(lines[at - 1]!.text) : gap > Math.min(leading * 1.35, line.size * 2.2)) break
    if (gap > 0) leading = Math.min(leading, Math.max(gap, line.size))
  }
  return at - start
}

const isNear = (lines: readonly Line[], at: number, start: number, most: number) => {
  const gap = at > start ? lines[at - 1]!.y - lines[at]!.y : 0
  return gap >= 0 && gap < lines[at]!.size * most
}

function joined(lines: readonly Line[]): string {
  return lines.reduce((text, line) => {
    if (!text) return line.text
    if (hyphen.test(text) && /^\p{Ll}/u.test(line.text)) return text.slice(0, -1) + line.text
    return /[\u2e80-\uffef]$/.test(text) && /^[\u2e80-\uffef]/.test(line.text) ? text + line.text : `${text} ${line.text}`
  }, '')
}
