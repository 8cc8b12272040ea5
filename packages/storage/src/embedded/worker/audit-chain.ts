import type { AuditEvent, AuditRecord } from '@gatehouse/contracts'
import { type ChainEnd, linkTo, noRecord } from '../../audit/links.ts'
import type { Keys } from '../../keys/keys.ts'
import type { Database } from './database.ts'

/** This process's chain. Its state follows the transaction: whoever rolls back resets it. */
export class AuditChain {
  readonly writer: string
  readonly #database: Database
  readonly #keys: Keys
  #state = noRecord

  constructor(database: Database, keys: Keys, writer: string) {
    this.#database = database
    this.#keys = keys
    this.writer = writer
  }

  get state(): ChainEnd {
    return this.#state
  }

  reset(state: ChainEnd): void {
    this.#state = state
  }

  append(event: AuditEvent): AuditRecord {
    const { record, body } = linkTo(this.#state, event, this.writer, this.#keys)
    const { writer, sequence, previous, hash } = record
    this.#database.run(
      'INSERT INTO audit(writer, sequence, previous, hash, body) VALUES (?, ?, ?, ?, ?)',
      ...[writer, sequence, previous, hash, body],
    )
    this.#state = { sequence, hash }
    return record
  }
}
