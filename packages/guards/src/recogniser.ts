import { type GateName, gates } from './gates.ts'
import { maskOf, type Scan } from './scan.ts'

/** What a pattern found, in the text it was tried on. */
export interface Hit {
  readonly start: number
  readonly end: number
  /** 0–1; the recogniser's own when absent. */
  readonly score?: number
}

/** A pattern behind a gate. It is tried only around the literals that opened the gate, so its cost does not grow with the text. */
export interface Recogniser {
  readonly rule: string
  readonly gate: GateName
  /** How far before the end of the literal, and after it, the pattern may reach. */
  readonly before: number
  readonly after: number
  /** With the flag g. When it has a group `value`, that group is what was found. */
  readonly pattern: RegExp
  readonly score: number
  readonly replacement?: string
  /** The hit, a better one, or nothing. Sees the text it was found in. */
  check?(hit: Hit, text: string): Hit | undefined
}

/** Whether a scan opened any gate of a list: one look instead of one for each. */
export function anyGate(gatesUsed: readonly GateName[]): (scan: Scan) => boolean {
  const { low, high } = maskOf(...gatesUsed)
  return (scan) => (scan.low & low) !== 0 || (scan.high & high) !== 0
}

export interface Window {
  readonly from: number
  readonly to: number
}

const none: readonly Window[] = []
const masks = new Map((Object.keys(gates) as GateName[]).map((name) => [name, maskOf(name)]))

/** Where a gate was opened, widened and joined, in order; in the original text when `original` is true. */
export function windowsOf(scan: Scan, gate: GateName, before: number, after: number, length: number, original = false): readonly Window[] {
  const { low, high } = masks.get(gate)!
  if ((scan.low & low) === 0 && (scan.high & high) === 0) return none
  if (scan.everywhere) return [{ from: 0, to: length }]
  const places: number[] = []
  for (let index = 0; index < scan.at.length; index++)
    if ((scan.hitLow[index]! & low) !== 0 || (scan.hitHigh[index]! & high) !== 0) {
      const at = scan.at[index]!
      places.push(original && scan.offsets ? scan.offsets[at]! : at)
    }
  if (places.length > 1) places.sort((a, b) => a - b)
  const windows: { from: number; to: number }[] = []
  for (const at of places) {
    const last = windows.at(-1)
    const from = Math.max(0, at - before)
    const to = Math.min(length, at + after)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else windows.push({ from, to })
  }
  return windows
}

/** A pattern in one window. The window's edge is no word boundary, so what touches its left edge does not count. */
export function hitsIn(text: string, { from, to }: Window, pattern: RegExp): Hit[] {
  const piece = text.slice(from, to)
  const hits: Hit[] = []
  pattern.lastIndex = 0
  for (let match = pattern.exec(piece); match; match = pattern.exec(piece)) {
    const value = match.groups?.value
    const start = from + (value === undefined ? match.index : match.index + match[0].lastIndexOf(value))
    const end = value === undefined ? start + match[0].length : start + value.length
    if (match[0].length === 0) pattern.lastIndex++
    else if (match.index > 0 || from === 0) hits.push({ start, end })
  }
  return hits
}
