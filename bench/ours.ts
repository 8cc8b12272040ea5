import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ask, start } from './processes.ts'

/** Our side of the bench, running. */
export interface Ours {
  readonly port: number
  readonly pid: number
  readonly key: string
  readonly guards: readonly string[]
  /** Read from the store itself, after everything is in it. */
  counts(): Promise<Counts>
  /** Bytes its main thread holds after a full collection. */
  heap(): Promise<number>
  stop(): Promise<void>
}
export interface Counts {
  readonly rows: number
  readonly settled: number
  readonly judged: number
  readonly traced: number
  /** Contents that are sealed in the store; what was lost does not count. */
  readonly kept: number
  readonly settledTokens: number
  readonly usedTokens: number
}
export interface OursOptions {
  readonly upstream: string
  readonly directory: string
  readonly assembly: boolean
  readonly without: string
}

const key = 'gh-bench-0000000000000000000000000000000000'

export async function startOurs({ upstream, directory, assembly, without }: OursOptions): Promise<Ours> {
  const file = assembly ? 'assembly.ts' : 'server.ts'
  const { child, said } = await start<{ port: number; guards: string[] }>(file, upstream, directory, key, without)
  return {
    port: said.port,
    pid: child.pid!,
    key,
    guards: said.guards,
    async counts() {
      const { open } = await ask<{ open?: number }>(child, 'flush')
      if (open) throw new Error(`${open} reservations were left open`)
      return countsOf(join(directory, 'data', 'store.db'))
    },
    heap: async () => (await ask<{ heap: number }>(child, 'heap')).heap,
    async stop() {
      if (child.connected) child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

function countsOf(file: string): Counts {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return countRows(database)
  } finally {
    database.close()
  }
}

function countRows(database: DatabaseSync): Counts {
  const row = database
    .prepare(
      `SELECT count(*) AS rows,
         count(*) FILTER (WHERE json_extract(line, '$.reservation.id') = id) AS settled,
         count(*) FILTER (WHERE json_array_length(line, '$.verdicts') > 0) AS judged,
         count(*) FILTER (WHERE json_array_length(line, '$.layers') > 0) AS traced,
         (SELECT count(*) FROM call_content WHERE body IS NOT NULL) AS kept,
         sum(json_extract(line, '$.reservation.settled')) AS settledTokens,
         sum(input_tokens + output_tokens) AS usedTokens
       FROM call`,
    )
    .get()
  return row as unknown as Counts // the columns named above
}
