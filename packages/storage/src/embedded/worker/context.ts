import type { AuditChain } from './audit-chain.ts'
import type { DataKeys } from './data-keys.ts'
import type { Database } from './database.ts'
import type { Keys } from './keys.ts'

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

/** A page of rows from a list that asked for one more than it wants. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): { items: Item[]; next?: string } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items: items.map(itemOf), ...(rows.length > limit && last !== undefined && { next: cursorOf(last) }) }
}

/** At most this many rows cross a port in one message. */
export const mostRows = 1000
export const limitOf = (asked: number | undefined, standard = 50): number => Math.max(1, Math.min(mostRows, Math.floor(asked ?? standard)))
