import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

export type KeyKind = 'model' | 'app' | 'dataset'
const prefixes: Readonly<Record<KeyKind, string>> = { model: 'gh-', app: 'app-', dataset: 'dataset-' }
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export interface NewKey {
  /** Shown once, kept nowhere. */
  readonly key: string
  /** SHA-256 of the whole key, hexadecimal. */
  readonly hash: string
  /** The visible start, for people to tell keys apart. */
  readonly prefix: string
}

/** Prefix, 256 random bits in base 62 (43 digits), and their checksum (6 digits), by which scanners tell a real key from a look-alike. */
export function createKey(kind: KeyKind, random: (size: number) => Uint8Array = randomBytes): NewKey {
  const body = base62(random(32), 43)
  const key = `${prefixes[kind]}${body}${checksumOf(body)}`
  return { key, hash: hashOf(key), prefix: key.slice(0, prefixes[kind].length + 6) }
}

/** Whether a text has the form of a key made here, its checksum included. */
export function looksLikeKey(text: string): boolean {
  const body = /^(?:gh|app|dataset)-([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/.exec(text)
  return body !== null && checksumOf(body[1]!) === body[2]
}

export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex')

const checksumOf = (body: string): string => {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return base62(sum, 6)
}

function base62(bytes: Uint8Array, length: number): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; number > 0n; number /= 62n) text = digits[Number(number % 62n)] + text
  return text.padStart(length, '0')
}
