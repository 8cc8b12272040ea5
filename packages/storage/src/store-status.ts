/** Where a store is: a data directory, or a database that several servers share. */
export type StorePlace = { readonly directory: string } | { readonly url: string }

/** What is there, read without a server and without the master key. */
export interface StoreStatus {
  readonly kind: 'sqlite' | 'postgresql'
  /** Of the tables; 0: there is no store yet. */
  readonly version: number
  /** What this program makes of it. A higher `version` is refused by everything but this, and nothing in it is counted. */
  readonly newest: number
  /** Of tables and indexes; blobs are not counted. */
  readonly bytes: number
  readonly documents: number
  readonly segments: number
  readonly calls: number
  /** Audit chains: processes that ever wrote. */
  readonly writers: number
}
export type StoreCounts = Pick<StoreStatus, 'documents' | 'segments' | 'calls' | 'writers'>

export const noCounts: StoreCounts = { documents: 0, segments: 0, calls: 0, writers: 0 }
