import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { getLoadablePath } from 'sqlite-vec'

const mostStatements = 256
/** Page cache in KiB. */
const small = 4 << 10
const large = 64 << 10
const idle = 10 * 60_000

/** One connection with prepared statements kept by their text. */
export class Database {
  readonly #raw: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #vectors = false
  #cooling: NodeJS.Timeout | undefined

  constructor(file: string, options: { readOnly: boolean }) {
    this.#raw = new DatabaseSync(file, { readOnly: options.readOnly, timeout: 5000, allowExtension: true })
    this.#raw.enableLoadExtension(false)
    // page size counts only before the first table; larger pages scan 40 % faster
    if (!options.readOnly) this.#raw.exec('PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
    // an ingest writes the same pages of its indexes again and again: 64 MB of log before they are copied
    if (!options.readOnly) this.#raw.exec('PRAGMA wal_autocheckpoint=4000')
    this.#raw.exec(`PRAGMA cache_size=-${small}; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY`)
  }

  exec(sql: string): void {
    this.#raw.exec(sql)
  }

  all<Row>(sql: string, ...params: SQLInputValue[]): Row[] {
    // rows are what the statement selects: its text stands beside the type
    return this.#prepare(sql).all(...params) as Row[]
  }

  get<Row>(sql: string, ...params: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...params) as Row | undefined
  }

  iterate<Row>(sql: string, ...params: SQLInputValue[]): IterableIterator<Row> {
    // a statement of its own: an open iteration must not be reset by another use
    return this.#raw.prepare(sql).iterate(...params) as IterableIterator<Row>
  }

  /** How many rows changed. */
  run(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...params).changes)
  }

  insert(sql: string, ...params: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...params).lastInsertRowid)
  }

  /** Distances between vectors; loaded on first use, because few stores have any. */
  loadVectors(): void {
    if (this.#vectors) return
    this.#raw.enableLoadExtension(true)
    try {
      this.#raw.loadExtension(getLoadablePath())
    } finally {
      this.#raw.enableLoadExtension(false)
    }
    this.#vectors = true
  }

  /** A large page cache while there is work for it; small again after ten idle minutes. */
  warm(): void {
    if (this.#cooling) {
      this.#cooling.refresh()
      return
    }
    this.#raw.exec(`PRAGMA cache_size=-${large}`)
    this.#cooling = setTimeout(() => {
      this.#cooling = undefined
      this.#raw.exec(`PRAGMA cache_size=-${small}; PRAGMA shrink_memory`)
    }, idle).unref()
  }

  close(): void {
    clearTimeout(this.#cooling)
    this.#statements.clear()
    this.#raw.close()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#raw.prepare(sql)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size >= mostStatements && oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(sql, statement)
    return statement
  }
}
