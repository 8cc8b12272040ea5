import { createHash, createHmac, randomBytes, sign } from 'node:crypto'
import type { AuditEvent, AuditHead, AuditRecord } from '@gatehouse/contracts'
import { canonical } from './canonical.ts'
import type { Database } from './database.ts'
import type { Keys } from './keys.ts'

export const firstPrevious = '0'.repeat(64)

export const hashOf = (previous: string, body: string): string => createHash('sha256').update(previous).update(body).digest('hex')

export const signedText = ({ writer, sequence, hash, at }: Pick<AuditHead, 'writer' | 'sequence' | 'hash' | 'at'>): Buffer =>
  Buffer.from(`gatehouse-audit-head\n${writer}\n${sequence}\n${hash}\n${at}`)

interface State {
  readonly sequence: number
  readonly hash: string
}

/** This process's chain. Its state follows the transaction: whoever rolls back resets it. */
export class AuditChain {
  readonly writer: string
  readonly #database: Database
  readonly #keys: Keys
  #state: State = { sequence: 0, hash: firstPrevious }

  constructor(database: Database, keys: Keys, writer: string) {
    this.#database = database
    this.#keys = keys
    this.writer = writer
  }

  get state(): State {
    return this.#state
  }

  reset(state: State): void {
    this.#state = state
  }

  append(event: AuditEvent): AuditRecord {
    const { writer } = this
    const sequence = this.#state.sequence + 1
    const previous = this.#state.hash
    const details = event.details && (this.#withCommitments(event.details) as Record<string, unknown>)
    const body = canonical({ ...event, details, writer, sequence })
    const hash = hashOf(previous, body)
    this.#database.run(
      'INSERT INTO audit(writer, sequence, previous, hash, body) VALUES (?, ?, ?, ?, ?)',
      writer,
      sequence,
      previous,
      hash,
      body,
    )
    this.#state = { sequence, hash }
    return { ...event, ...(details && { details }), writer, sequence, previous, hash }
  }

  /** `{ commit: value }` anywhere in the details becomes a salted commitment: provable by who knows the value, unreadable otherwise. */
  #withCommitments(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#withCommitments(item))
    if (value === null || typeof value !== 'object') return value
    const entries = Object.entries(value)
    const [only] = entries
    if (entries.length === 1 && only?.[0] === 'commit' && typeof only[1] === 'string') return commitment(this.#keys.commitments, only[1])
    return Object.fromEntries(entries.map(([key, item]) => [key, this.#withCommitments(item)]))
  }
}

/** Keyed as well as salted: names are guessable, the key is not. */
function commitment(key: Buffer, value: string, salt: string = randomBytes(16).toString('hex')): { commitment: string; salt: string } {
  return { commitment: createHmac('sha256', key).update(salt).update(value).digest('hex'), salt }
}

export function signHead(keys: Keys, head: Omit<AuditHead, 'signature' | 'key'>): AuditHead {
  return { ...head, signature: sign(null, signedText(head), keys.signing).toString('base64'), key: keys.publicKey }
}
