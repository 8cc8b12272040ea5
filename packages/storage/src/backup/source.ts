import type { Row, Table } from './tables.ts'

/** A store at one moment, read while its servers go on. */
export interface Source extends AsyncDisposable {
  readonly kind: 'sqlite' | 'postgresql'
  /** Of the store it was taken from. */
  readonly version: number
  /** What the store says of the key it was made with. */
  readonly fingerprint: string
  rows(table: Table): AsyncIterable<Row>
}
