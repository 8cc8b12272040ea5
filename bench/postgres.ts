import { globSync } from 'node:fs'
import { join } from 'node:path'
import { PostgresServer } from '../packages/storage/src/postgres/fixtures/server.ts'

export interface BenchPostgres {
  readonly url: string
  /** Bytes of the database. */
  size(): Promise<number>
  /** What autovacuum does some minutes after a load: statistics for the planner, pending entries of an index put in their place. */
  settle(): Promise<void>
  end(): Promise<void>
}

const root = join(import.meta.dirname, '..')

/** A new database on the server at an address, or on one of our own when the machine has the program. */
export async function startPostgres(address: string | undefined): Promise<BenchPostgres | undefined> {
  const where = address ?? process.env.POSTGRES_URL ?? newest(globSync(join(root, '.services/*/*/pginstall*/bin/postgres')))
  if (!where) return undefined
  const server = await PostgresServer.start(where)
  const url = await server.makeDatabase()
  return {
    url,
    async size() {
      const [row] = await server.run<{ size: string }>(url, 'SELECT pg_database_size(current_database()) AS size')
      return Number(row?.size ?? 0)
    },
    settle: async () => void (await server.run(url, 'VACUUM (ANALYZE)')),
    end: () => server[Symbol.asyncDispose](),
  }
}

const newest = (files: readonly string[]) => files.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0]
