import type { AuditEvent, AuditReport } from '@gatehouse/contracts'
import type { Row, TableName } from './tables.ts'

/** An empty store that a backup is written into. */
export interface Target extends AsyncDisposable {
  /** Everything of one table, in the order of the backup. */
  load(rows: (name: TableName) => AsyncIterable<Row>): Promise<void>
  /** How many rows of a table are there. */
  count(name: TableName): Promise<number>
  /** Takes the journal over, makes the index again, signs. */
  complete(event: AuditEvent): Promise<void>
  /** Of the database's own structure; `ok` or what is wrong. */
  integrity(): Promise<string>
  verify(): Promise<AuditReport>
  /** From here on a server may start on it. */
  release(): Promise<void>
}
