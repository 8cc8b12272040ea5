import type { Reads, Writes } from '../../embedded/worker/operations.ts'
import type { Keys } from '../../keys/keys.ts'
import type { Args, Result } from '../../threads/driver.ts'
import type { Chain } from './chain.ts'
import type { Database } from './database.ts'

/** What every operation gets. `now` is the asking side's clock. */
export interface Reading {
  readonly database: Database
  readonly keys: Keys
  readonly headsFile: string
  readonly now: number
}
export interface Writing extends Reading {
  readonly chain: Chain
  readonly directory: string
}

/** The embedded store's operations by name, with what they take and give; here each answers later. */
type Later<Table, Context> = { [Name in keyof Table]: (context: Context, args: Args<Table, Name>) => Promise<Result<Table, Name>> }
export type ReadsLater = Later<Reads, Reading>
export type WritesLater = Later<Writes, Writing>

export interface PostgresWorkerData {
  readonly url: string
  readonly directory: string
  readonly masterKey: Uint8Array
  readonly headsFile: string
  /** UUIDv7 of this process's chain. */
  readonly writer: string
  readonly now: number
}
