import type { IndexedDocument } from '@gatehouse/kernel'
import { refuseOlder, storedForm, withQuarantine } from '../../rows/document-rows.ts'
import { Statistics } from '../../search/statistics.ts'
import { tokenizerVersion } from '../../search/text.ts'
import { Failure } from '../../threads/failure.ts'
import type { WritesLater } from './context.ts'
import type { Queries } from './database.ts'
import { lockIndexed, type StoredDocument } from './document-rows.ts'
import { vectorLiteral } from './lexemes.ts'
import { saveStatistics } from './statistics.ts'
import { ensureVectorTable, insertVectors, labelVectors } from './vectors.ts'

/** Rows of one statement. */
const mostRows = 500
const mostDocuments = 50

export const indexWrites = {
  'search.createDataset': async ({ database }, { id, project }) => {
    await database.run('INSERT INTO dataset(public_id, project, tokenizer) VALUES ($1, $2, $3) ON CONFLICT (public_id) DO NOTHING', [
      ...[id, project, tokenizerVersion],
    ])
    const known = await database.get<{ project: string }>('SELECT project FROM dataset WHERE public_id = $1', [id])
    if (known && known.project !== project) throw new Failure('conflict', `the dataset ${id} belongs to another project`)
  },

  /** The labels are the record's: a slow ingest must not bring back an access that was revoked meanwhile. */
  'search.replace': async ({ database }, document) => {
    const dimensions = new Set(document.segments.flatMap(({ vector }) => vector?.length ?? []))
    for (const dimension of dimensions) await ensureVectorTable(database, dimension)
    await database.transaction((queries) => replace(queries, document))
  },

  'documents.remove': ({ database }, id) =>
    database.transaction(async (queries) => {
      const row = await lockIndexed(queries, id)
      if (row) await removeDocument(queries, row)
      return row !== undefined
    }),

  'documents.setQuarantine': ({ database }, { segment, quarantine }) =>
    database.transaction(async (queries) => {
      const owner = await queries.get<{ id: string }>(
        'SELECT d.public_id AS id FROM segment g JOIN document d ON d.id = g.document WHERE g.public_id = $1',
        [segment],
      )
      const document = owner && (await lockIndexed(queries, owner.id))
      const row = document && (await findSegment(queries, segment))
      if (!document || !row) throw new Failure('not_found', `no segment ${segment}`)
      const quarantined = quarantine !== undefined
      const statistics = new Statistics()
      const tokens = row.quarantined === quarantined ? undefined : statistics.count('body', row.body, quarantined ? -1 : 1)
      await queries.run('UPDATE segment SET meta = $2, quarantined = $3 WHERE id = $1', [
        ...[row.id, withQuarantine(row.meta, quarantine), quarantined],
      ])
      if (!tokens) return
      if (quarantined) await queries.run('DELETE FROM segment_words WHERE id = $1', [row.id])
      else await insertWords(queries, [{ id: row.id, tsv: vectorLiteral(tokens) }])
      await labelVectors(queries, document.id, row.id)
      await saveStatistics(queries, document.dataset, statistics)
    }),

  /** A batch of documents; the dataset itself goes with the last. */
  'search.removeDataset': ({ database }, id) =>
    database.transaction(async (queries) => {
      const dataset = await queries.get<{ id: number }>('SELECT id FROM dataset WHERE public_id = $1 FOR NO KEY UPDATE', [id])
      if (!dataset) return 0
      const documents = await queries.all<{ public_id: string }>(
        `SELECT public_id FROM document WHERE dataset = $1 ORDER BY id LIMIT ${mostDocuments}`,
        [dataset.id],
      )
      for (const { public_id } of documents) {
        const row = await lockIndexed(queries, public_id)
        if (row) await removeDocument(queries, row)
      }
      if (documents.length > 0) return documents.length
      await queries.run('DELETE FROM dataset_term WHERE dataset = $1', [dataset.id])
      await queries.run('DELETE FROM dataset WHERE id = $1', [dataset.id])
      return 0
    }),
} satisfies Partial<WritesLater>

interface StoredSegment {
  id: number
  body: string
  meta: string
  quarantined: boolean
}
const findSegment = (queries: Queries, id: string) =>
  queries.get<StoredSegment>('SELECT id, body, meta, quarantined FROM segment WHERE public_id = $1', [id])

/** Old or new, never both. */
async function replace(queries: Queries, document: IndexedDocument): Promise<void> {
  const row = await lockIndexed(queries, document.id)
  if (!row) throw new Failure('not_found', `no document ${document.id}: it was removed, or never put`)
  refuseOlder(document.version, row.indexed_version)
  const statistics = new Statistics()
  await takeOut(queries, row, statistics)
  const identity = vectorLiteral(statistics.count('identity', document.identity, 1))
  for (let at = 0; at < document.segments.length; at += mostRows)
    await insertSegments(queries, row, document.version, document.segments.slice(at, at + mostRows), statistics)
  await saveStatistics(queries, row.dataset, statistics)
  await queries.run('UPDATE document SET indexed_version = $2, identity = $3, identity_tsv = $4::tsvector, segments = $5 WHERE id = $1', [
    row.id,
    document.version,
    document.identity,
    identity,
    document.segments.length,
  ])
}

async function removeDocument(queries: Queries, row: StoredDocument): Promise<void> {
  const statistics = new Statistics()
  await takeOut(queries, row, statistics)
  await saveStatistics(queries, row.dataset, statistics)
  await queries.run('DELETE FROM document WHERE id = $1', [row.id])
}

/** Vectors go with their segments. */
async function takeOut(queries: Queries, row: StoredDocument, statistics: Statistics): Promise<void> {
  if (row.identity !== null) statistics.count('identity', row.identity, -1)
  const gone = await queries.all<{ body: string; quarantined: boolean }>(
    'DELETE FROM segment WHERE document = $1 RETURNING body, quarantined',
    [row.id],
  )
  for (const { body, quarantined } of gone) if (!quarantined) statistics.count('body', body, -1)
}

async function insertSegments(
  queries: Queries,
  row: StoredDocument,
  version: number,
  segments: IndexedDocument['segments'],
  statistics: Statistics,
): Promise<void> {
  const forms = segments.map((segment) => {
    const { body, ...form } = storedForm(segment)
    const tsv = segment.quarantine ? null : vectorLiteral(statistics.count('body', body, 1))
    return { ...form, body, tsv, id: segment.id, position: segment.position }
  })
  const quarantined = forms.map(({ tsv }) => tsv === null)
  const rows = await queries.all<{ id: number; public_id: string }>(
    `INSERT INTO segment(document, dataset, version, public_id, position, quarantined, body, text_at, meta)
     SELECT $1, $2, $3, * FROM unnest($4::text[], $5::int[], $6::boolean[], $7::text[], $8::int[], $9::text[]) RETURNING id, public_id`,
    [
      ...[row.id, row.dataset, version, forms.map(({ id }) => id), forms.map(({ position }) => position), quarantined],
      ...[forms.map(({ body }) => body), forms.map(({ textAt }) => textAt), forms.map(({ meta }) => meta)],
    ],
  )
  const ids = new Map(rows.map(({ id, public_id }) => [public_id, id]))
  await insertWords(
    queries,
    forms.flatMap(({ id, tsv }) => (tsv === null ? [] : [{ id: ids.get(id)!, tsv }])),
  )
  const vectors = segments.flatMap(({ id, vector }) => (vector ? [{ id: ids.get(id)!, vector }] : []))
  await insertVectors(queries, row.dataset, vectors)
}

const insertWords = (queries: Queries, words: readonly { id: number; tsv: string }[]) =>
  queries.run(
    `INSERT INTO segment_words(id, document, dataset, acl, tsv)
     SELECT g.id, g.document, g.dataset, d.acl, w.tsv::tsvector FROM unnest($1::bigint[], $2::text[]) w(id, tsv)
       JOIN segment g ON g.id = w.id JOIN document d ON d.id = g.document`,
    [words.map(({ id }) => id), words.map(({ tsv }) => tsv)],
  )
