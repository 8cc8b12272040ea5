import type { DocumentRecord } from '@gatehouse/contracts'
import { changed, isReadable, type SegmentOwner, type SegmentRow, searchName, toDocument, toSegment } from '../../rows/document-rows.ts'
import { limitOf, pageOf } from '../../rows/pages.ts'
import { Failure } from '../../threads/failure.ts'
import type { ReadsLater, WritesLater } from './context.ts'
import type { Queries } from './database.ts'
import { lockDocument, type StoredDocument } from './document-rows.ts'
import { labelVectors } from './vectors.ts'

type Row = Pick<StoredDocument, 'public_id' | 'record'>
type SegmentWithOwner = Omit<SegmentRow, 'id'> & SegmentOwner

const segmentsWithOwner = `SELECT g.public_id, g.version, g.position, g.body, g.text_at, g.meta, d.public_id AS document, d.project, s.public_id AS dataset
  FROM segment g JOIN document d ON d.id = g.document JOIN dataset s ON s.id = d.dataset`

export const documentReads = {
  'documents.get': async ({ database }, { project, id }) => {
    const row = await database.get<Row>('SELECT public_id, record FROM document WHERE public_id = $1 AND project = $2', [id, project])
    return row && toDocument(row)
  },
  'documents.byPath': async ({ database }, { dataset, path }) => {
    const row = await database.get<Row>(
      'SELECT d.public_id, d.record FROM document d JOIN dataset s ON s.id = d.dataset WHERE s.public_id = $1 AND d.path = $2',
      [dataset, path],
    )
    return row && toDocument(row)
  },
  /** Newest first. */
  'documents.list': async ({ database }, query) => {
    const limit = limitOf(query.limit)
    const where = `dataset = (SELECT id FROM dataset WHERE public_id = $1) AND ($2::text IS NULL OR strpos(search_name, $2) > 0)
      AND ($3::text IS NULL OR batch = $3) AND ($4::text[] IS NULL OR principals && $4)`
    const params = [query.dataset, query.keyword?.toLowerCase() || null, query.batch ?? null, query.readableBy ?? null]
    const [rows, count] = await Promise.all([
      database.all<Row>(
        `SELECT public_id, record FROM document WHERE ${where} AND ($5::text IS NULL OR public_id < $5) ORDER BY public_id DESC LIMIT $6`,
        [...params, query.after ?? null, limit + 1],
      ),
      database.get<{ total: number }>(`SELECT count(*) AS total FROM document WHERE ${where}`, params),
    ])
    return { ...pageOf(rows, limit, toDocument, (row) => row.public_id), total: count?.total ?? 0 }
  },
  'documents.segments': async ({ database }, query) => {
    const limit = limitOf(query.limit)
    const rows = await database.all<SegmentWithOwner>(
      `${segmentsWithOwner} WHERE d.public_id = $1 AND g.position > $2 ORDER BY g.position LIMIT $3`,
      [query.document, query.after ?? 0, limit + 1],
    )
    return pageOf(rows, limit, toSegment, (row) => String(row.position))
  },
  /** In the order asked; unknown ones are left out. */
  'documents.segmentsById': async ({ database }, ids) => {
    const rows = await database.all<SegmentWithOwner>(`${segmentsWithOwner} WHERE g.public_id = ANY($1)`, [ids])
    const byId = new Map(rows.map((row) => [row.public_id, row]))
    return ids.flatMap((id) => {
      const row = byId.get(id)
      return row ? [toSegment(row)] : []
    })
  },
} satisfies Partial<ReadsLater>

export const documentWrites = {
  'documents.put': ({ database }, document) =>
    database.transaction(async (queries) => {
      const dataset = await queries.get<{ id: number; project: string }>('SELECT id, project FROM dataset WHERE public_id = $1', [
        document.dataset,
      ])
      if (!dataset || dataset.project !== document.project)
        throw new Failure('not_found', `no dataset ${document.dataset} in project ${document.project}`)
      const known = await lockDocument(queries, document.id)
      if (known && known.dataset !== dataset.id) throw new Failure('conflict', 'a document keeps its dataset')
      await refusePathTaken(queries, dataset.id, document)
      if (known) await save(queries, known, document)
      else await insert(queries, dataset.id, document)
    }),
  'documents.update': ({ database }, { id, change }) =>
    database.transaction(async (queries) => {
      const row = await lockDocument(queries, id)
      if (!row) throw new Failure('not_found', `no document ${id}`)
      const before = toDocument(row)
      const document = changed(before, change)
      if (document.path !== before.path) await refusePathTaken(queries, row.dataset, document)
      await save(queries, row, document)
      return document
    }),
} satisfies Partial<WritesLater>

const columnsOf = (document: DocumentRecord) => [
  ...[document.title, document.path ?? null, document.batch, searchName(document), isReadable(document)],
  ...[document.principals, document.characters, JSON.stringify(document)],
]

async function insert(queries: Queries, dataset: number, document: DocumentRecord): Promise<void> {
  await queries.run(
    `INSERT INTO document(public_id, project, dataset, title, path, batch, search_name, readable, principals, characters, record)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [document.id, document.project, dataset, ...columnsOf(document)],
  )
}

async function save(queries: Queries, row: StoredDocument, document: DocumentRecord): Promise<void> {
  await queries.run(
    `UPDATE document SET title = $2, path = $3, batch = $4, search_name = $5, readable = $6, principals = $7, characters = $8, record = $9 WHERE id = $1`,
    [row.id, ...columnsOf(document)],
  )
  const same = row.readable === isReadable(document) && JSON.stringify(row.principals) === JSON.stringify(document.principals)
  if (!same) await saveLabels(queries, row.id)
}

/** Labels stand beside each segment and vector, so that every leg filters by itself; nobody's where nothing may be found. */
async function saveLabels(queries: Queries, document: number): Promise<void> {
  await queries.run('UPDATE segment_words w SET acl = d.acl FROM document d WHERE d.id = $1 AND w.document = d.id', [document])
  await labelVectors(queries, document)
}

async function refusePathTaken(queries: Queries, dataset: number, { path, id }: DocumentRecord): Promise<void> {
  if (path === undefined) return
  const taken = await queries.get('SELECT 1 FROM document WHERE dataset = $1 AND path = $2 AND public_id <> $3', [dataset, path, id])
  if (taken) throw new Failure('conflict', `another document of the dataset has the path ${path}`)
}
