import { randomBytes } from 'node:crypto'
import { seal, unseal } from '../../keys/sealing.ts'
import type { Database } from './database.ts'

export interface DataKey {
  readonly id: number
  readonly key: Buffer
}

/** Keys per person and month. Nothing is cached: a destroyed key is gone with the commit that destroyed it. */
export class DataKeys {
  readonly #database: Database
  readonly #wrapping: Buffer

  constructor(database: Database, wrapping: Buffer) {
    this.#database = database
    this.#wrapping = wrapping
  }

  /** Makes it when there is none; for the writer. */
  ensure(person: string, at: number): DataKey {
    const month = new Date(at).toISOString().slice(0, 7)
    const row = this.#database.get<{ id: number; wrapped: Uint8Array }>(
      'SELECT id, wrapped FROM data_key WHERE person = ? AND month = ?',
      person,
      month,
    )
    if (row) return { id: row.id, key: unseal(this.#wrapping, row.wrapped, `data-key ${person} ${month}`) }
    const key = randomBytes(32)
    const wrapped = seal(this.#wrapping, key, `data-key ${person} ${month}`)
    return { id: this.#database.insert('INSERT INTO data_key(person, month, wrapped) VALUES (?, ?, ?)', person, month, wrapped), key }
  }

  /** Undefined once it was destroyed. */
  get(id: number): Buffer | undefined {
    const row = this.#database.get<{ person: string; month: string; wrapped: Uint8Array }>(
      'SELECT person, month, wrapped FROM data_key WHERE id = ?',
      id,
    )
    return row && unseal(this.#wrapping, row.wrapped, `data-key ${row.person} ${row.month}`)
  }
}
