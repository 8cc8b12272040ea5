import { createHmac, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { deriveKey } from './sealing.ts'

/** Everything derived from the master key. */
export interface Keys {
  readonly records: Buffer
  readonly secrets: Buffer
  /** Wraps the data keys of people. */
  readonly wrapping: Buffer
  readonly commitments: Buffer
  readonly signing: KeyObject
  /** Raw Ed25519 public key, base64. */
  readonly publicKey: string
  readonly fingerprint: string
}

// PKCS #8 around a raw Ed25519 seed (RFC 8410)
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const spki = Buffer.from('302a300506032b6570032100', 'hex')

export function deriveKeys(masterKey: Uint8Array): Keys {
  const seed = deriveKey(masterKey, 'audit-heads')
  const signing = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
  return {
    records: deriveKey(masterKey, 'records'),
    secrets: deriveKey(masterKey, 'secrets'),
    wrapping: deriveKey(masterKey, 'data-keys'),
    commitments: deriveKey(masterKey, 'commitments'),
    signing,
    publicKey: rawPublicKey(createPublicKey(signing)),
    fingerprint: createHmac('sha256', deriveKey(masterKey, 'fingerprint')).update('gatehouse').digest('hex').slice(0, 32),
  }
}

export const publicKeyFrom = (raw: string): KeyObject =>
  createPublicKey({ key: Buffer.concat([spki, Buffer.from(raw, 'base64')]), format: 'der', type: 'spki' })

const rawPublicKey = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).subarray(spki.length).toString('base64')
