import type { Subject } from '@gatehouse/kernel'
import { type Automaton, buildAutomaton, type Literal } from './automaton.ts'
import { canonicalise, canonicalText, stringOf } from './canonical/index.ts'
import { type GateName, gates } from './gates.ts'

/** One pass over a text: which gates it opens, and where. Guards of one subject share it. */
export interface Scan {
  /** The text the hits are in: the original when it is plain ASCII, else its canonical copy. */
  readonly view: string
  /** From the view back to the original; absent when they are the same. */
  readonly offsets?: Uint32Array
  readonly low: number
  readonly high: number
  /** Where literals end, in no particular order, and which gates each opens. */
  readonly at: Int32Array
  readonly hitLow: Int32Array
  readonly hitHigh: Int32Array
  /** True when there were too many hits to keep: then every place counts as one. */
  readonly everywhere: boolean
  readonly tags: number
  readonly overrides: number
}

const names = Object.keys(gates) as GateName[]
if (names.length > 64) throw new Error('there is room for 64 gates')
const numberOf = new Map(names.map((name, at) => [name, at]))
const written: Literal[] = names.flatMap((name, gate) => gates[name].map((text) => ({ text, gate })))
const isAscii = (text: string) => !/[\u0080-\uffff]/.test(text)
const plain: Automaton = buildAutomaton(written.filter(({ text }) => isAscii(text)))
const wide: Automaton = buildAutomaton(written.map(({ text, gate }) => ({ text: isAscii(text) ? text : canonicalText(text), gate })))
const plainClasses = Uint8Array.from(plain.classes.subarray(0, 128))
const paddedGate = numberOf.get('padded')!

/** Whether a scan opened a gate. */
export function isOpen({ low, high }: { low: number; high: number }, gate: GateName): boolean {
  const bit = numberOf.get(gate)!
  return bit < 32 ? (low & (1 << bit)) !== 0 : (high & (1 << (bit - 32))) !== 0
}
/** The bits of several gates. */
export function maskOf(...chosen: GateName[]): { low: number; high: number } {
  let low = 0
  let high = 0
  for (const gate of chosen) {
    const bit = numberOf.get(gate)!
    if (bit < 32) low |= 1 << bit
    else high |= 1 << (bit - 32)
  }
  return { low, high }
}

let lastSubject: Subject | undefined
let lastScan: Scan

/** The scan of a subject; the guards of one stage ask one after the other, so the last one is kept. */
export function scanOf(subject: Subject): Scan {
  if (subject === lastSubject) return lastScan
  lastScan = scan(subject.text)
  lastSubject = subject
  return lastScan
}

const mostHits = 4096
const hitAt = new Int32Array(mostHits)
const hitState = new Uint16Array(mostHits)
let hits = 0
let low = 0
let high = 0
const noHits = new Int32Array(0)

export function scan(text: string): Scan {
  hits = low = high = 0
  if (scanPlain(text, plain) && !isPadded()) {
    if (hits === 0)
      return { view: text, low: 0, high: 0, at: noHits, hitLow: noHits, hitHigh: noHits, everywhere: false, tags: 0, overrides: 0 }
    return { view: text, ...kept(plain), tags: 0, overrides: 0 }
  }
  hits = low = high = 0
  const canonical = canonicalise(text)
  scanUnits(canonical.units, canonical.length, wide)
  const { tags, overrides } = canonical
  if (hits === 0) return { view: '', low: 0, high: 0, at: noHits, hitLow: noHits, hitHigh: noHits, everywhere: false, tags, overrides }
  return { view: stringOf(canonical), offsets: canonical.offsets.slice(0, canonical.length + 1), ...kept(wide), tags, overrides }
}

const isPadded = () => (paddedGate < 32 ? (low & (1 << paddedGate)) !== 0 : (high & (1 << (paddedGate - 32))) !== 0)

function kept(automaton: Automaton): Pick<Scan, 'low' | 'high' | 'at' | 'hitLow' | 'hitHigh' | 'everywhere'> {
  const count = Math.min(hits, mostHits)
  const hitLow = new Int32Array(count)
  const hitHigh = new Int32Array(count)
  for (let at = 0; at < count; at++) {
    hitLow[at] = automaton.low[hitState[at]!]!
    hitHigh[at] = automaton.high[hitState[at]!]!
  }
  return { low, high, at: hitAt.slice(0, count), hitLow, hitHigh, everywhere: hits > mostHits }
}

function hit(at: number, state: number, automaton: Automaton): void {
  low |= automaton.low[state]!
  high |= automaton.high[state]!
  if (hits < mostHits) {
    hitAt[hits] = at
    hitState[hits] = state
  }
  hits++
}

/** Plain characters as bytes: reading them from a buffer costs half of reading them from the string. */
let bytes = Buffer.allocUnsafe(16 * 1024)
const mostKept = 256 * 1024

/**
 * The whole text, if it is ASCII; returns whether it was. Four stretches go at once: each step of one waits for memory, so the
 * others go on meanwhile. They overlap by the longest literal.
 */
function scanPlain(text: string, automaton: Automaton): boolean {
  const { next, shift, firstOutput, longest } = automaton
  const length = text.length
  if (bytes.length < length) bytes = Buffer.allocUnsafe(length)
  const units = bytes
  if (units.write(text, 0, length, 'utf8') !== length) return false // what is not ASCII takes more bytes than characters
  if (bytes.length > mostKept) bytes = Buffer.allocUnsafe(16 * 1024)
  const quarter = length < 512 ? 0 : length >> 2
  const overlap = quarter === 0 ? 0 : longest - 1
  let seen = 0
  let one = 0
  let two = 0
  let three = 0
  let four = 0
  let second = quarter - overlap
  let third = 2 * quarter - overlap
  let fourth = 3 * quarter - overlap
  for (let first = 0; first < quarter; first++, second++, third++, fourth++) {
    const a = units[first]!
    const b = units[second]!
    const c = units[third]!
    const d = units[fourth]!
    seen |= a | b | c | d
    one = next[(one << shift) | plainClasses[a & 127]!]!
    two = next[(two << shift) | plainClasses[b & 127]!]!
    three = next[(three << shift) | plainClasses[c & 127]!]!
    four = next[(four << shift) | plainClasses[d & 127]!]!
    if (one >= firstOutput) hit(first, one, automaton)
    if (two >= firstOutput) hit(second, two, automaton)
    if (three >= firstOutput) hit(third, three, automaton)
    if (four >= firstOutput) hit(fourth, four, automaton)
  }
  if (quarter > 0) {
    stretch(units, second, 2 * quarter, two, automaton)
    stretch(units, third, 3 * quarter, three, automaton)
    seen |= stretch(units, fourth, length, four, automaton)
  } else seen = stretch(units, 0, length, 0, automaton)
  return seen < 128
}

function stretch(units: Uint8Array, from: number, to: number, start: number, automaton: Automaton): number {
  const { next, shift, firstOutput } = automaton
  let state = start
  let seen = 0
  for (let at = from; at < to; at++) {
    const code = units[at]!
    seen |= code
    state = next[(state << shift) | plainClasses[code & 127]!]!
    if (state >= firstOutput) hit(at, state, automaton)
  }
  return seen
}

function scanUnits(units: Uint16Array, length: number, automaton: Automaton): void {
  const { classes, next, shift, firstOutput } = automaton
  let state = 0
  for (let at = 0; at < length; at++) {
    state = next[(state << shift) | classes[units[at]!]!]!
    if (state >= firstOutput) hit(at, state, automaton)
  }
}
