import type { DocumentRecord, Place, SegmentRecord } from '@gatehouse/contracts'
import type { IndexedDocument } from '@gatehouse/kernel'
import { Failure } from '../threads/failure.ts'

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
export interface SegmentOwner {
  document: string
  project: string
  dataset: string
}
/** What of a segment has no column. */
interface SegmentMeta {
  readonly headings: readonly string[]
  readonly place?: Place
  readonly start: number
  readonly end: number
  readonly hash: string
  readonly quarantine?: NonNullable<SegmentRecord['quarantine']>
}

export const toDocument = ({ record }: Pick<DocumentRow, 'record'>): DocumentRecord => JSON.parse(record)

export const changed = (before: DocumentRecord, change: Partial<DocumentRecord>): DocumentRecord => ({
  ...{ ...before, ...change },
  ...{ id: before.id, project: before.project, dataset: before.dataset },
})

/** Retrievable at all: who may read it is another question. */
export const isReadable = (document: DocumentRecord): boolean => document.enabled && document.status !== 'disabled'
export const searchName = ({ name, title, path }: DocumentRecord) => `${name}\n${title}\n${path ?? ''}`.toLowerCase()

export function refuseOlder(version: number, indexed: number): void {
  if (version < indexed) throw new Failure('conflict', `version ${indexed} of the document is indexed already, version ${version} is older`)
}

export const metaOf = ({ meta }: Pick<SegmentRow, 'meta'>): SegmentMeta => JSON.parse(meta)

export function toSegment(row: Omit<SegmentRow, 'id'> & SegmentOwner): SegmentRecord {
  const { headings, place, start, end, hash, quarantine } = metaOf(row)
  return {
    ...{
      id: row.public_id,
      project: row.project,
      dataset: row.dataset,
      document: row.document,
      version: row.version,
      position: row.position,
    },
    ...{ headings, start, end, hash, text: row.body.slice(row.text_at) },
    ...(place && { place }),
    ...(quarantine && { quarantine }),
  }
}

/** How a segment is kept: its text is the end of the body, so it is kept once. */
export function storedForm(segment: IndexedDocument['segments'][number]): { body: string; textAt: number; meta: string } {
  const { headings, place, start, end, hash, quarantine, text } = segment
  const body = segment.body.endsWith(text) ? segment.body : `${segment.body}\n${text}`
  const meta: SegmentMeta = { headings, ...(place && { place }), start, end, hash, ...(quarantine && { quarantine }) }
  return { body, textAt: body.length - text.length, meta: JSON.stringify(meta) }
}

export function withQuarantine(meta: string, quarantine: SegmentRecord['quarantine'] | undefined): string {
  const { quarantine: _, ...rest } = JSON.parse(meta) as SegmentMeta
  return JSON.stringify(quarantine ? { ...rest, quarantine } : rest)
}
