import type { SegmentRecord } from '@gatehouse/contracts'
import type { Reading } from './context.ts'

export interface DocumentRow {
  id: number
  public_id: string
  project: string
  dataset: number
  indexed_version: number
  identity: string | null
  segments: number
  record: string
}
export interface SegmentRow {
  id: number
  public_id: string
  version: number
  position: number
  body: string
  text_at: number
  meta: string
}
/** What of a segment has no column. */
export interface SegmentMeta {
  readonly headings: readonly string[]
  readonly start: number
  readonly end: number
  readonly hash: string
  readonly quarantine?: NonNullable<SegmentRecord['quarantine']>
}

export const findDocument = (context: Reading, id: string) =>
  context.database.get<DocumentRow>('SELECT * FROM document WHERE public_id = ?', id)
