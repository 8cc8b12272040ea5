import { sentencesOf } from '@gatehouse/kernel'
import type { PlacedBlock } from '../extract/layout.ts'
import { splitCustom } from './custom.ts'
import { isLow, type Piece, type Splitting, trimmed } from './piece.ts'
import { placesIn } from './place.ts'
import { type Section, sectionsOf } from './section.ts'

const latin = 900
const cjk = 400
const tableFactor = latin / 1500
/** A section this much too long stays whole. */
const slack = 0.15

/** Whole sentences within a heading, about 900 Latin or 400 Chinese characters; tables by rows. */
export function split(text: string, blocks: readonly PlacedBlock[], splitting: Splitting): Piece[] {
  const pieces =
    splitting.mode === 'custom' ? splitCustom(text, blocks, splitting) : sectionsOf(blocks).flatMap((section) => pack(text, section))
  const placeOf = placesIn(text, blocks)
  return pieces.map((piece) => {
    const place = placeOf(piece.start, piece.end)
    return place ? { ...piece, place } : piece
  })
}

interface Unit {
  readonly start: number
  readonly end: number
  readonly weight: number
  /** Of a table, for rows that are not with it. */
  readonly header?: string
}

function pack(text: string, section: Section): Piece[] {
  const units = section.blocks.flatMap((block) => unitsOf(text, block))
  const whole = units.reduce((sum, { weight }) => sum + weight, 0)
  const target = whole / Math.max(1, Math.ceil(whole - slack))
  const pieces: Piece[] = []
  let held: Unit[] = []
  let weight = 0
  const cut = () => {
    if (held.length) pieces.push(pieceOf(section, held))
    held = []
    weight = 0
  }
  for (const unit of units) {
    const isFull = weight + unit.weight / 2 > target || weight + unit.weight > 1 + slack
    if (held.length && isFull) cut()
    held.push(unit)
    weight += unit.weight
  }
  cut()
  return pieces
}

function pieceOf({ headings, hidden }: Section, units: readonly Unit[]): Piece {
  const { start, header } = units[0]!
  return { headings: header ? [...headings, header] : headings, start, end: units.at(-1)!.end, hidden }
}

function unitsOf(text: string, block: PlacedBlock): Unit[] {
  const isTable = block.kind === 'table'
  const ranges = isTable || block.kind === 'code' ? linesOf(text.slice(block.start, block.end)) : sentencesOf(block.text)
  return ranges
    .map(({ start, end }) => ({ start: block.start + start, end: block.start + end }))
    .flatMap((range) => bounded(text, range))
    .map((range, at) => ({
      ...range,
      weight: weightOf(text, range.start, range.end) * (isTable ? tableFactor : 1),
      ...(isTable && at > 0 && block.header && { header: block.header.slice(0, 300) }),
    }))
}

function linesOf(text: string): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = []
  let start = 0
  for (const line of text.split('\n')) {
    if (line.trim()) lines.push({ start: start + line.length - line.trimStart().length, end: start + line.trimEnd().length })
    start += line.length + 1
  }
  return lines
}

/** How much of a full segment a text is. */
export function weightOf(text: string, start: number, end: number): number {
  let wide = 0
  for (let at = start; at < end; at++) if (text.charCodeAt(at) >= 0x2e80) wide++
  return wide / cjk + (end - start - wide) / latin
}

/** A sentence longer than a segment is cut at commas or spaces, and where there are none, anywhere. */
function bounded(text: string, range: { start: number; end: number }): { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = []
  let { start } = range
  while (weightOf(text, start, Math.min(range.end, start + latin * 2)) > 1 + slack) {
    let end = start
    let space = 0
    for (let weight = 0; end < range.end && weight < 1; end++) {
      const code = text.charCodeAt(end)
      weight += code >= 0x2e80 ? 1 / cjk : 1 / latin
      if (code === 32 || code === 10 || code === 0xff0c || code === 0x3001) space = end + 1
    }
    if (space > start + (end - start) / 2) end = space
    else if (isLow(text, end)) end--
    parts.push(trimmed(text, start, end))
    start = end
  }
  parts.push(trimmed(text, start, range.end))
  return parts.filter((part) => part.end > part.start)
}
