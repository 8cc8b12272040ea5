import { tokensOf } from '@gatehouse/kernel'
import type { Ranked } from './fusion.ts'

/** 64 bits that differ little between texts that differ little: two numbers of 32. */
export type Fingerprint = readonly [number, number]

const gram = 3
const nearest = 3

const mostKept = 20_000

/** Fingerprints of segments seen lately, by the hash of their text. */
export class Fingerprints {
  #kept = new Map<string, Fingerprint>()

  of({ candidate: { hash, text } }: Ranked): Fingerprint {
    const known = this.#kept.get(hash)
    if (known) return known
    if (this.#kept.size >= mostKept) this.#kept = new Map()
    const print = fingerprintOf(text)
    this.#kept.set(hash, print)
    return print
  }
}

/** Texts taken so far. Fingerprints are compared only for texts about as long and as good as each other: for most there is none. */
export class NearDuplicates {
  readonly #taken: Ranked[] = []
  readonly #fingerprints: Fingerprints

  constructor(fingerprints: Fingerprints) {
    this.#fingerprints = fingerprints
  }

  has(ranked: Ranked): boolean {
    const near = (other: Ranked) => mayBeNear(other, ranked) && areNear(this.#fingerprints.of(other), this.#fingerprints.of(ranked))
    return this.#taken.some((other) => isSame(other, ranked) || near(other))
  }

  add(ranked: Ranked): void {
    this.#taken.push(ranked)
  }
}

const isSame = (a: Ranked, b: Ranked) => a.candidate.hash === b.candidate.hash
const mayBeNear = (a: Ranked, b: Ranked) =>
  within(a.candidate.text.length, b.candidate.text.length, 0.05) && within(a.candidate.words?.body ?? 0, b.candidate.words?.body ?? 0, 0.1)
const within = (a: number, b: number, share: number) => Math.abs(a - b) <= share * Math.max(a, b)

/** SimHash over three tokens in a row. */
export function fingerprintOf(text: string): Fingerprint {
  const tokens = tokensOf(text).map(hash)
  const sums = new Int32Array(64)
  for (let at = 0; at === 0 || at + gram <= tokens.length; at++) {
    let shingle = 0
    for (let step = 0; step < gram; step++) shingle = spread(Math.imul(shingle, 31) + (tokens[at + step] ?? 0))
    add(sums, shingle, 0)
    add(sums, spread(shingle ^ 0x9747b28c), 32)
  }
  return [fold(sums, 0), fold(sums, 32)]
}

export function areNear(a: Fingerprint, b: Fingerprint): boolean {
  return bits(a[0] ^ b[0]) + bits(a[1] ^ b[1]) <= nearest
}

function add(sums: Int32Array, value: number, offset: number): void {
  for (let bit = 0; bit < 32; bit++) sums[offset + bit]! += (value >>> bit) & 1 ? 1 : -1
}
function fold(sums: Int32Array, offset: number): number {
  let value = 0
  for (let bit = 0; bit < 32; bit++) if (sums[offset + bit]! > 0) value |= 1 << bit
  return value
}
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value
}
/** Every bit of the result depends on every bit of the value. */
function spread(from: number): number {
  let value = Math.imul(from ^ (from >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return value ^ (value >>> 16)
}
function bits(value: number): number {
  let count = 0
  for (let rest = value >>> 0; rest; rest &= rest - 1) count++
  return count
}
