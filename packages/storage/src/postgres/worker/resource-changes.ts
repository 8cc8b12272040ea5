import pg from 'pg'
import type { Changed } from '../../threads/protocol.ts'
import { connectionOf, type Database, type Queries } from './database.ts'

const channel = 'gatehouse_resource'
const pollEvery = 2000
/** While nobody would tell us. */
const pollDeafEvery = 250
/** How many changes are remembered; who missed more looks at everything. */
const mostRemembered = 10_000

/** Changes of configuration take turns, over all processes: their positions are the order they were committed in. */
export async function nextPosition(queries: Queries): Promise<number> {
  const row = await queries.get<{ position: number }>('UPDATE resource_clock SET position = position + 1 RETURNING position')
  return row!.position
}

export async function noteChange(queries: Queries, position: number, { kind, name }: Changed, writer: string): Promise<void> {
  await queries.run('INSERT INTO resource_change(position, kind, name, writer) VALUES ($1, $2, $3, $4)', [position, kind, name, writer])
  await queries.run('DELETE FROM resource_change WHERE position <= $1', [position - mostRemembered])
  await queries.run("SELECT pg_notify($1, '')", [channel])
}

interface Options {
  readonly url: string
  readonly database: Database
  /** This process's own changes are no news. */
  readonly writer: string
  readonly changed: (changes: readonly Changed[]) => void
}

/** Follows what other processes change: told by the database, and asking it every two seconds in case a word was lost. */
export class ResourceChanges {
  readonly #options: Options
  #seen = 0
  #listener: pg.Client | undefined
  #timer: NodeJS.Timeout | undefined
  #polling: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: Options) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#seen = await this.#position()
    await this.#listen().catch(() => {})
    this.#next()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#polling
    await this.#listener?.end()
  }

  #next(): void {
    this.#timer = setTimeout(
      () => this.#poll().then(() => this.#closed || this.#next()),
      this.#listener ? pollEvery : pollDeafEvery,
    ).unref()
  }

  #poll(): Promise<void> {
    this.#polling = this.#polling.then(() => this.#look()).catch(() => {}) // the next poll asks again
    return this.#polling
  }

  async #look(): Promise<void> {
    // asked also when it cannot be listened: connections may be few
    if (!this.#listener) await this.#listen().catch(() => {})
    const position = await this.#position()
    if (position === this.#seen) return
    const changes = await this.#since(this.#seen, position)
    this.#seen = position
    if (changes.length > 0) this.#options.changed(changes)
  }

  async #position(): Promise<number> {
    const row = await this.#options.database.get<{ position: number }>('SELECT position FROM resource_clock')
    return row?.position ?? 0
  }

  #since(from: number, to: number): Promise<Changed[]> {
    const { database, writer } = this.#options
    if (to - from > mostRemembered) return database.all<Changed>('SELECT DISTINCT kind, name FROM resource')
    return database.all<Changed>(
      'SELECT kind, name FROM resource_change WHERE position > $1 AND position <= $2 AND writer <> $3 ORDER BY position',
      [from, to, writer],
    )
  }

  async #listen(): Promise<void> {
    const client = new pg.Client(connectionOf(this.#options.url))
    const lost = () => {
      if (this.#listener === client) this.#listener = undefined
    }
    client.on('error', lost).on('end', lost)
    client.on('notification', () => void this.#poll())
    try {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
    } catch (thrown) {
      client.end().catch(() => {})
      throw thrown
    }
    this.#listener = client
  }
}
