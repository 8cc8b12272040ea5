import type { AuditEvent, AuditRecord } from '@gatehouse/contracts'
import { type ChainEnd, linkTo, noRecord } from '../../audit/links.ts'
import type { Keys } from '../../keys/keys.ts'
import type { Database, Queries } from './database.ts'

export type Append = (event: AuditEvent) => Promise<AuditRecord>

/** This process's chain. Transactions that append to it run one after the other. */
export class Chain {
  readonly writer: string
  readonly #database: Database
  readonly #keys: Keys
  /** Unknown after a failure: whether the database kept it is asked anew. */
  #end: ChainEnd | undefined = noRecord
  #turn: Promise<unknown> = Promise.resolve()

  constructor(database: Database, keys: Keys, writer: string) {
    this.#database = database
    this.#keys = keys
    this.writer = writer
  }

  /** Committed when it resolves; the event and what else the work writes together or not at all. */
  write<Result>(work: (queries: Queries, append: Append) => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(() => this.#write(work))
    this.#turn = done.catch(() => {})
    return done
  }

  async end(): Promise<ChainEnd> {
    this.#end ??= await this.#load()
    return this.#end
  }

  async #write<Result>(work: (queries: Queries, append: Append) => Promise<Result>): Promise<Result> {
    const before = await this.end()
    let end = before
    this.#end = undefined
    const result = await this.#database.transaction((queries) => {
      end = before
      return work(queries, async (event) => {
        const { record, body } = linkTo(end, event, this.writer, this.#keys)
        await insert(queries, record, body)
        end = record
        return record
      })
    })
    this.#end = { sequence: end.sequence, hash: end.hash }
    return result
  }

  async #load(): Promise<ChainEnd> {
    const sql = 'SELECT sequence, hash FROM audit WHERE writer = $1 ORDER BY sequence DESC LIMIT 1'
    return (await this.#database.get<ChainEnd>(sql, [this.writer])) ?? noRecord
  }
}

const insert = (queries: Queries, record: AuditRecord, body: string) =>
  queries.run(
    `INSERT INTO audit(writer, sequence, previous, hash, body, at, project, actor, action, trace) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[record.writer, record.sequence, record.previous, record.hash, body],
      ...[record.at, record.project, record.actor, record.action, record.trace ?? null],
    ],
  )
