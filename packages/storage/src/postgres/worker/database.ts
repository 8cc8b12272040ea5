import pg from 'pg'

/** What a statement runs on: any free connection, or the one of a transaction. */
export interface Queries {
  all<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>
  get<Row>(sql: string, params?: readonly unknown[]): Promise<Row | undefined>
  /** How many rows changed. */
  run(sql: string, params?: readonly unknown[]): Promise<number>
}

const bigint = 20
const mostAttempts = 3
const again = new Set(['40001', '40P01'])

/** Our numbers are times and counts: all of them fit a double. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    id === bigint ? Number : format === 'binary' ? pg.types.getTypeParser(id, format) : pg.types.getTypeParser(id),
}

export const connectionOf = (url: string): pg.ClientConfig => ({
  ...{ connectionString: url, application_name: 'gatehouse', connectionTimeoutMillis: 10_000 },
  ...{ keepAlive: true, idle_in_transaction_session_timeout: 60_000, types },
})

/** Connections of one thread. */
export class Database implements Queries {
  readonly #pool: pg.Pool

  constructor(url: string, connections: number) {
    this.#pool = new pg.Pool({ ...connectionOf(url), max: connections, allowExitOnIdle: true })
    // an idle connection that breaks leaves the pool; the next statement opens another
    this.#pool.on('error', () => {})
  }

  all<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
    return queriesOf(this.#pool).all(sql, params)
  }

  get<Row>(sql: string, params?: readonly unknown[]): Promise<Row | undefined> {
    return queriesOf(this.#pool).get(sql, params)
  }

  run(sql: string, params?: readonly unknown[]): Promise<number> {
    return queriesOf(this.#pool).run(sql, params)
  }

  /** All of it or nothing. Done again when the database ended it in favour of another one. */
  async transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#once(work)
      } catch (thrown) {
        if (attempt === mostAttempts || !again.has((thrown as { code?: string }).code ?? '')) throw thrown
      }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  async #once<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect()
    let broken = false
    // between two statements nobody else hears that the connection broke; the next statement says so
    const lost = () => {
      broken = true
    }
    client.on('error', lost)
    try {
      await client.query('BEGIN')
      const result = await work(queriesOf(client))
      await client.query('COMMIT')
      return result
    } catch (thrown) {
      await client.query('ROLLBACK').catch(() => {
        broken = true
      })
      throw thrown
    } finally {
      client.off('error', lost)
      client.release(broken)
    }
  }
}

const queriesOf = (connection: pg.Pool | pg.PoolClient): Queries => {
  const ask = (sql: string, params: readonly unknown[] = []) => connection.query(sql, params.map(storable))
  return {
    // rows are what the statement selects: its text stands beside the type
    all: async <Row>(sql: string, params?: readonly unknown[]) => (await ask(sql, params)).rows as Row[],
    get: async <Row>(sql: string, params?: readonly unknown[]) => (await ask(sql, params)).rows[0] as Row | undefined,
    run: async (sql, params) => (await ask(sql, params)).rowCount ?? 0,
  }
}

/** PostgreSQL keeps no NUL in a text: another sign of the same length stands for it, so that offsets stay true. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
  return Array.isArray(value) ? value.map(storable) : value
}
