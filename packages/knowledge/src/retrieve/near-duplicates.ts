import { tokensOf } from '@gatehouse/kernel'
import type { Ranked } from './fusion.ts'

/** 64 bits that differ little between texts that differ little: two numbers of 32. */
export type Fingerprint = readonly [number, number]

const gram = 3
const nearest = 3

interface Taken {
  readonly ranked: Ranked
  print?: Fingerprint
}

/** Texts taken so far. Fingerprints are made only for texts as long and as good as each other: for nearly all there is none. */
export class NearDuplicates {
  readonly #taken: Taken[] = []

  has(ranked: Ranked): boolean {
    const one: Taken = { ranked }
    return this.#taken.some(
      (other) => isSame(other.ranked, ranked) || (mayBeNear(other.ranked, ranked) && areNear(printOf(other), printOf(one))),
    )
  }

  add(ranked: Ranked): void {
    this.#taken.push({ ranked })
  }
}

const isSame = (a: Ranked, b: Ranked) => a.candidate.hash === b.candidate.hash
const mayBeNear = (a: Ranked, b: Ranked) =>
  within(a.candidate.text.length, b.candidate.text.length, 0.15) && within(a.candidate.words?.body ?? 0, b.candidate.words?.body ?? 0, 0.2)
const within = (a: number, b: number, share: number) => Math.abs(a - b) <= share * Math.max(a, b)
function printOf(taken: Taken): Fingerprint {
  taken.print ??= fingerprintOf(taken.ranked.candidate.text)
  return taken.print
}

/** SimHash over three tokens in a row. */
export function fingerprintOf(text: string): Fingerprint {
  const tokens = tokensOf(text)
  const sums = new Int32Array(64)
  for (let at = 0; at + gram <= Math.max(tokens.length, gram); at++) {
    const shingle = tokens.slice(at, at + gram).join(' ')
    add(sums, hash(shingle, 0x811c9dc5), 0)
    add(sums, hash(shingle, 0x9747b28c), 32)
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
function hash(text: string, seed: number): number {
  let value = seed
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return value ^ (value >>> 16)
}
function bits(value: number): number {
  let count = 0
  for (let rest = value >>> 0; rest; rest &= rest - 1) count++
  return count
}
