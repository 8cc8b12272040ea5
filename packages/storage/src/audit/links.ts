import { createHash, createHmac, randomBytes, sign } from 'node:crypto'
import type { AuditEvent, AuditHead, AuditRecord } from '@gatehouse/contracts'
import type { Keys } from '../keys/keys.ts'
import { canonical } from './canonical.ts'

export const firstPrevious = '0'.repeat(64)

export const hashOf = (previous: string, body: string): string => createHash('sha256').update(previous).update(body).digest('hex')

export const signedText = ({ writer, sequence, hash, at }: Pick<AuditHead, 'writer' | 'sequence' | 'hash' | 'at'>): Buffer =>
  Buffer.from(`gatehouse-audit-head\n${writer}\n${sequence}\n${hash}\n${at}`)

/** Where a chain ends. */
export interface ChainEnd {
  readonly sequence: number
  readonly hash: string
}
export const noRecord: ChainEnd = { sequence: 0, hash: firstPrevious }

export interface Link {
  readonly record: AuditRecord
  /** What is hashed and kept. */
  readonly body: string
}

/** The record that follows the end of a writer's chain. */
export function linkTo(end: ChainEnd, event: AuditEvent, writer: string, keys: Keys): Link {
  const sequence = end.sequence + 1
  const details = event.details && (withCommitments(event.details, keys) as Record<string, unknown>)
  const body = canonical({ ...event, details, writer, sequence })
  return { body, record: { ...event, ...(details && { details }), writer, sequence, previous: end.hash, hash: hashOf(end.hash, body) } }
}

/** `{ commit: value }` anywhere in the details becomes a salted commitment: provable by who knows the value, unreadable otherwise. */
function withCommitments(value: unknown, keys: Keys): unknown {
  if (Array.isArray(value)) return value.map((item) => withCommitments(item, keys))
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value)
  const [only] = entries
  if (entries.length === 1 && only?.[0] === 'commit' && typeof only[1] === 'string') return commitment(keys.commitments, only[1])
  return Object.fromEntries(entries.map(([key, item]) => [key, withCommitments(item, keys)]))
}

/** Keyed as well as salted: names are guessable, the key is not. */
function commitment(key: Buffer, value: string, salt: string = randomBytes(16).toString('hex')): { commitment: string; salt: string } {
  return { commitment: createHmac('sha256', key).update(salt).update(value).digest('hex'), salt }
}

export function signHead(keys: Keys, head: Omit<AuditHead, 'signature' | 'key'>): AuditHead {
  return { ...head, signature: sign(null, signedText(head), keys.signing).toString('base64'), key: keys.publicKey }
}
