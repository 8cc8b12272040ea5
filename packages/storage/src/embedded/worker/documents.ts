import type { DocumentRecord, Principal, SegmentRecord } from '@gatehouse/contracts'
import {
  changed,
  type DocumentRow,
  isReadable,
  type SegmentOwner,
  type SegmentRow,
  searchName,
  toDocument,
  toSegment,
} from '../../rows/document-rows.ts'
import { limitOf, pageOf } from '../../rows/pages.ts'
import { Failure } from '../../threads/failure.ts'
import type { Reading, Writing } from './context.ts'
import { findDocument } from './find-document.ts'

export interface DocumentQuery {
  readonly dataset: string
  readonly after?: string
  readonly limit?: number
  readonly keyword?: string
  readonly batch?: string
  readonly readableBy?: readonly Principal[]
}

export const documentReads = {
  'documents.get': (context: Reading, { project, id }: { project: string; id: string }): DocumentRecord | undefined => {
    const row = context.database.get<DocumentRow>('SELECT * FROM document WHERE public_id = ? AND project = ?', id, project)
    return row && toDocument(row)
  },
  'documents.byPath': (context: Reading, { dataset, path }: { dataset: string; path: string }): DocumentRecord | undefined => {
    const row = context.database.get<DocumentRow>(
      'SELECT d.* FROM document d JOIN dataset s ON s.id = d.dataset WHERE s.public_id = ? AND d.path = ?',
      ...[dataset, path],
    )
    return row && toDocument(row)
  },
  /** Newest first. */
  'documents.list': (context: Reading, query: DocumentQuery) => {
    const limit = limitOf(query.limit)
    const where = `d.dataset = (SELECT id FROM dataset WHERE public_id = ?1) AND (?2 IS NULL OR instr(d.search_name, ?2) > 0) AND (?3 IS NULL OR d.batch = ?3)
      AND (?4 IS NULL OR d.id IN (SELECT document FROM document_acl WHERE dataset = d.dataset AND principal IN (SELECT value FROM json_each(?4))))`
    const params = [
      query.dataset,
      query.keyword?.toLowerCase() || null,
      query.batch ?? null,
      query.readableBy ? JSON.stringify(query.readableBy) : null,
    ] as const
    const rows = context.database.all<DocumentRow>(
      `SELECT d.* FROM document d WHERE ${where} AND (?5 IS NULL OR d.public_id < ?5) ORDER BY d.public_id DESC LIMIT ?6`,
      ...params,
      query.after ?? null,
      limit + 1,
    )
    const total = context.database.get<{ total: number }>(`SELECT count(*) AS total FROM document d WHERE ${where}`, ...params)?.total ?? 0
    return { ...pageOf(rows, limit, toDocument, (row) => row.public_id), total }
  },
  'documents.segments': (context: Reading, query: { document: string; after?: number; limit?: number }) => {
    const limit = limitOf(query.limit)
    const rows = context.database.all<SegmentRow & SegmentOwner>(
      `${segmentsWithOwner} WHERE d.public_id = ? AND g.position > ? ORDER BY g.position LIMIT ?`,
      ...[query.document, query.after ?? 0, limit + 1],
    )
    return pageOf(rows, limit, toSegment, (row) => String(row.position))
  },
  /** In the order asked; unknown ones are left out. */
  'documents.segmentsById': (context: Reading, ids: readonly string[]): SegmentRecord[] => {
    const rows = context.database.all<SegmentRow & SegmentOwner>(
      `${segmentsWithOwner} WHERE g.public_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(ids),
    )
    const byId = new Map(rows.map((row) => [row.public_id, row]))
    return ids.flatMap((id) => {
      const row = byId.get(id)
      return row ? [toSegment(row)] : []
    })
  },
}

const segmentsWithOwner = `SELECT g.id, g.public_id, g.version, g.position, t.body, t.text_at, t.meta, d.public_id AS document, d.project, s.public_id AS dataset
  FROM segment g JOIN segment_text t ON t.id = g.id JOIN document d ON d.id = g.document JOIN dataset s ON s.id = d.dataset`

export const documentWrites = {
  'documents.put': (context: Writing, document: DocumentRecord): void => {
    const dataset = context.database.get<{ id: number; project: string }>(
      'SELECT id, project FROM dataset WHERE public_id = ?',
      document.dataset,
    )
    if (!dataset || dataset.project !== document.project)
      throw new Failure('not_found', `no dataset ${document.dataset} in project ${document.project}`)
    const known = findDocument(context, document.id)
    if (known && known.dataset !== dataset.id) throw new Failure('conflict', 'a document keeps its dataset')
    refusePathTaken(context, dataset.id, document)
    if (known) save(context, known, document)
    else insert(context, dataset.id, document)
  },
  'documents.update': (context: Writing, { id, change }: { id: string; change: Partial<DocumentRecord> }): DocumentRecord => {
    const row = findDocument(context, id)
    if (!row) throw new Failure('not_found', `no document ${id}`)
    const before = toDocument(row)
    const document = changed(before, change)
    if (document.path !== before.path) refusePathTaken(context, row.dataset, document)
    save(context, row, document)
    return document
  },
}

const readable = (document: DocumentRecord) => (isReadable(document) ? 1 : 0)

function insert(context: Writing, dataset: number, document: DocumentRecord): void {
  const id = context.database.insert(
    'INSERT INTO document(public_id, project, dataset, path, batch, search_name, readable, characters, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...[document.id, document.project, dataset, document.path ?? null, document.batch],
    ...[searchName(document), readable(document), document.characters, JSON.stringify(document)],
  )
  saveLabels(context, { id, dataset }, document)
}

function save(context: Writing, row: DocumentRow, document: DocumentRecord): void {
  context.database.run(
    'UPDATE document SET path = ?, batch = ?, search_name = ?, readable = ?, characters = ?, record = ? WHERE id = ?',
    ...[
      document.path ?? null,
      document.batch,
      searchName(document),
      readable(document),
      document.characters,
      JSON.stringify(document),
      row.id,
    ],
  )
  const before = toDocument(row)
  const same = readable(before) === readable(document) && JSON.stringify(before.principals) === JSON.stringify(document.principals)
  if (!same) saveLabels(context, row, document)
}

/** Dataset and readability stand in the key: which documents somebody may read is one range of it. */
function saveLabels({ database }: Writing, { id, dataset }: { id: number; dataset: number }, document: DocumentRecord): void {
  database.run('DELETE FROM document_acl WHERE document = ?', id)
  database.run(
    'INSERT OR IGNORE INTO document_acl(dataset, readable, principal, document) SELECT ?, ?, value, ? FROM json_each(?)',
    ...[dataset, readable(document), id, JSON.stringify(document.principals)],
  )
}

function refusePathTaken(context: Reading, dataset: number, { path, id }: DocumentRecord): void {
  if (path === undefined) return
  const taken = context.database.get('SELECT 1 FROM document WHERE dataset = ? AND path = ? AND public_id <> ?', dataset, path, id)
  if (taken) throw new Failure('conflict', `another document of the dataset has the path ${path}`)
}
