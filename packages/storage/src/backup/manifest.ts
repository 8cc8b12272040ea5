import { sign, verify } from 'node:crypto'
import { AppError } from '@gatehouse/kernel'
import { canonical } from '../audit/canonical.ts'
import { type Keys, publicKeyFrom } from '../keys/keys.ts'

/** Of what is in a backup; counts up when an older program could not read it. */
export const format = 1
export const manifestName = 'manifest.json'

export interface ArchivedFile {
  /** Inside the backup, with slashes. */
  readonly path: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  /** Of a table: its lines. */
  readonly rows?: number
}

/** What a backup says of itself. Signed with the store's key: whoever changes a file and its sum is found out, too. */
export interface Manifest {
  readonly format: number
  readonly id: string
  /** Milliseconds since 1970: nothing acknowledged before is missing. */
  readonly at: number
  readonly program: string
  readonly kind: 'sqlite' | 'postgresql'
  /** Version of the store it came from. */
  readonly store: number
  /** Of the master key; not the key. */
  readonly fingerprint: string
  readonly rows: Readonly<Record<string, number>>
  readonly blobs: { readonly count: number; readonly bytes: number; readonly missing: number }
  /** Lengths of the vectors in it. */
  readonly dimensions: readonly number[]
  /** All but the blobs, whose sums stand in one of these. */
  readonly files: readonly ArchivedFile[]
}

const signedText = (manifest: Manifest) => Buffer.from(`gatehouse-backup\n${canonical(manifest)}`)

export function writeManifest(manifest: Manifest, keys: Keys): string {
  const signature = sign(null, signedText(manifest), keys.signing).toString('base64')
  return `${JSON.stringify({ ...manifest, signature }, undefined, 2)}\n`
}

/** Throws what keeps this key or this program from using the backup; undefined when it was changed. */
export function readManifest(text: string, keys: Pick<Keys, 'publicKey' | 'fingerprint'>): Manifest | undefined {
  const signed = parse(text)
  if (!signed) return undefined
  const { signature, ...manifest } = signed
  if (typeof manifest.format === 'number' && manifest.format > format)
    throw new AppError(
      'conflict',
      `the backup is of format ${manifest.format}, this program reads up to ${format}: restore it with the program that made it (${String(manifest.program)}) or a newer one`,
    )
  if (manifest.fingerprint !== keys.fingerprint)
    throw new AppError(
      'unauthorized',
      'the master key is not the one this backup was made with: set GATEHOUSE_MASTER_KEY or GATEHOUSE_MASTER_KEY_FILE to the key the store had',
    )
  const genuine = verify(null, signedText(manifest), publicKeyFrom(keys.publicKey), Buffer.from(String(signature), 'base64'))
  return genuine ? manifest : undefined
}

function parse(text: string): (Manifest & { signature: unknown }) | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // its shape is believed only after the signature was checked
    return typeof value === 'object' && value !== null ? (value as Manifest & { signature: unknown }) : undefined
  } catch {
    return undefined
  }
}
