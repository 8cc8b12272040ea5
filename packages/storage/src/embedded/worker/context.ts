import type { Keys } from '../../keys/keys.ts'
import type { AuditChain } from './audit-chain.ts'
import type { DataKeys } from './data-keys.ts'
import type { Database } from './database.ts'

/** What every operation gets. `now` is the asking side's clock. */
export interface Reading {
  readonly database: Database
  readonly keys: Keys
  readonly dataKeys: DataKeys
  readonly headsFile: string
  readonly now: number
}
export interface Writing extends Reading {
  readonly chain: AuditChain
  readonly directory: string
}
