import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject, randomFillSync } from 'node:crypto'
import { Failure } from '../threads/failure.ts'

const format = 1
const nonceLength = 12
const tagLength = 16
const headLength = 1 + nonceLength + tagLength

/** A key for one purpose; knowing it tells nothing about the master key or its siblings. */
export const deriveKey = (masterKey: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, 'gatehouse', purpose, 32))

/** Random bytes for the next nonces: asking the system for twelve costs as much as for all of these. */
const nonces = Buffer.allocUnsafeSlow(nonceLength * 340)
let taken = nonces.length

function writeNonce(head: Buffer): void {
  if (taken === nonces.length) {
    randomFillSync(nonces)
    taken = 0
  }
  nonces.copy(head, 1, taken, taken + nonceLength)
  taken += nonceLength
}

/** AES-256-GCM. `context` is bound in, so that a sealed value cannot be moved to another row. A key used often is best a `KeyObject`: raw bytes are made one each time. */
export function seal(key: Uint8Array | KeyObject, plain: string | Uint8Array, context: string): Buffer {
  const head = Buffer.allocUnsafe(headLength)
  head[0] = format
  writeNonce(head)
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(1, 1 + nonceLength))
  cipher.setAAD(Buffer.from(context))
  const body = cipher.update(typeof plain === 'string' ? Buffer.from(plain) : plain)
  cipher.final()
  cipher.getAuthTag().copy(head, 1 + nonceLength)
  return Buffer.concat([head, body])
}

export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  if (sealed.length < headLength || sealed[0] !== format) throw damaged(context)
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + nonceLength))
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(1 + nonceLength, headLength))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headLength)), decipher.final()])
  } catch {
    throw damaged(context)
  }
}

const damaged = (context: string) => new Failure('internal', `what is stored for ${context} was changed or damaged`)
