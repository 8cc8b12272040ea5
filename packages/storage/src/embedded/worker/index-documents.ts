import type { SegmentRecord } from '@gatehouse/contracts'
import type { IndexedDocument } from '@gatehouse/kernel'
import { type DocumentRow, refuseOlder, storedForm, withQuarantine } from '../../rows/document-rows.ts'
import { Statistics } from '../../search/statistics.ts'
import { tokenizerVersion } from '../../search/text.ts'
import { Failure } from '../../threads/failure.ts'
import type { Reading, Writing } from './context.ts'
import { findDocument } from './find-document.ts'
import { saveStatistics } from './statistics.ts'
import { insertVector, quarantineVector, removeVectors } from './vectors.ts'

interface StoredSegment {
  id: number
  document: number
  dataset: number
  body: string
  quarantined: number
  meta: string
}

export const indexWrites = {
  'search.createDataset': ({ database }: Writing, { id, project }: { id: string; project: string }): void => {
    const known = database.get<{ project: string }>('SELECT project FROM dataset WHERE public_id = ?', id)
    if (known && known.project !== project) throw new Failure('conflict', `the dataset ${id} belongs to another project`)
    if (known) return
    database.run('INSERT OR IGNORE INTO project(name) VALUES (?)', project)
    const { id: number } = projectRow(database, project)!
    for (const table of ['segment', 'document'])
      database.exec(
        // splits at white space only: what a token is, is decided before
        `CREATE VIRTUAL TABLE IF NOT EXISTS ${table}_fts_${number} USING fts5(tokens, content='', contentless_delete=1,
           tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'")`,
      )
    database.run('INSERT INTO dataset(public_id, project, tokenizer) VALUES (?, ?, ?)', id, project, tokenizerVersion)
  },

  /** The labels are the record's: a slow ingest must not bring back an access that was revoked meanwhile. */
  'search.replace': (context: Writing, document: IndexedDocument): void => {
    const row = findDocument(context, document.id)
    if (!row) throw new Failure('not_found', `no document ${document.id}: it was removed, or never put`)
    refuseOlder(document.version, row.indexed_version)
    context.database.warm()
    const tables = tablesOf(context, row.project)
    const statistics = new Statistics()
    takeOut(context, row, tables, statistics)
    const identity = statistics.count('identity', document.identity, 1).join(' ')
    context.database.run(`INSERT INTO ${tables.document}(rowid, tokens) VALUES (?, ?)`, row.id, identity)
    for (const segment of document.segments) insertSegment(context, row, document.version, segment, tables, statistics)
    saveStatistics(context.database, row.dataset, statistics)
    context.database.run(
      'UPDATE document SET indexed_version = ?, identity = ?, segments = ? WHERE id = ?',
      ...[document.version, document.identity, document.segments.length, row.id],
    )
  },

  'documents.remove': (context: Writing, id: string): boolean => {
    const row = findDocument(context, id)
    if (row) removeDocument(context, row)
    return row !== undefined
  },

  'documents.setQuarantine': (context: Writing, change: { segment: string; quarantine?: SegmentRecord['quarantine'] }): void => {
    const { database } = context
    const segment = database.get<StoredSegment & { project: string }>(
      'SELECT g.id, g.document, g.dataset, g.quarantined, t.body, t.meta, d.project FROM segment g JOIN segment_text t ON t.id = g.id JOIN document d ON d.id = g.document WHERE g.public_id = ?',
      change.segment,
    )
    if (!segment) throw new Failure('not_found', `no segment ${change.segment}`)
    const quarantined = change.quarantine ? 1 : 0
    const after = withQuarantine(segment.meta, change.quarantine)
    database.run('UPDATE segment_text SET meta = ? WHERE id = ?', after, segment.id)
    database.run('UPDATE segment SET quarantined = ? WHERE id = ?', quarantined, segment.id)
    quarantineVector(database, { ...segment, quarantined: quarantined === 1 })
    if (quarantined === segment.quarantined) return
    const statistics = new Statistics()
    const tokens = statistics.count('body', segment.body, quarantined ? -1 : 1).join(' ')
    const table = tablesOf(context, segment.project).segment
    if (quarantined) database.run(`DELETE FROM ${table} WHERE rowid = ?`, segment.id)
    else database.run(`INSERT INTO ${table}(rowid, tokens) VALUES (?, ?)`, segment.id, tokens)
    saveStatistics(database, segment.dataset, statistics)
  },

  /** A batch of documents; the dataset itself goes with the last. */
  'search.removeDataset': (context: Writing, id: string): number => {
    const { database } = context
    const dataset = database.get<{ id: number }>('SELECT id FROM dataset WHERE public_id = ?', id)
    if (!dataset) return 0
    const rows = database.all<DocumentRow>('SELECT * FROM document WHERE dataset = ? LIMIT 50', dataset.id)
    for (const row of rows) removeDocument(context, row)
    if (rows.length > 0) return rows.length
    database.run('DELETE FROM dataset_term WHERE dataset = ?', dataset.id)
    database.run('DELETE FROM dataset WHERE id = ?', dataset.id)
    return 0
  },
}

export interface Tables {
  readonly segment: string
  readonly document: string
}
const projectRow = (database: Reading['database'], project: string) =>
  database.get<{ id: number }>('SELECT id FROM project WHERE name = ?', project)

/** A pair per project: not even the choice of candidates depends on another one. */
export function tablesOf({ database }: Reading, project: string): Tables {
  const row = projectRow(database, project)
  if (!row) throw new Failure('not_found', `project ${project} has no dataset`)
  return { segment: `segment_fts_${row.id}`, document: `document_fts_${row.id}` }
}

function removeDocument(context: Writing, row: DocumentRow): void {
  const statistics = new Statistics()
  takeOut(context, row, tablesOf(context, row.project), statistics)
  saveStatistics(context.database, row.dataset, statistics)
  context.database.run('DELETE FROM document_acl WHERE document = ?', row.id)
  context.database.run('DELETE FROM document WHERE id = ?', row.id)
}

const storedSegments = 'SELECT g.id, g.quarantined, t.body FROM segment g JOIN segment_text t ON t.id = g.id WHERE g.document = ?'

function takeOut({ database }: Writing, row: DocumentRow, tables: Tables, statistics: Statistics): void {
  if (row.identity !== null) {
    statistics.count('identity', row.identity, -1)
    database.run(`DELETE FROM ${tables.document} WHERE rowid = ?`, row.id)
  }
  for (const segment of database.all<StoredSegment>(storedSegments, row.id)) {
    if (segment.quarantined) continue
    statistics.count('body', segment.body, -1)
    database.run(`DELETE FROM ${tables.segment} WHERE rowid = ?`, segment.id)
  }
  removeVectors(database, row.id)
  database.run('DELETE FROM segment_text WHERE id IN (SELECT id FROM segment WHERE document = ?)', row.id)
  database.run('DELETE FROM segment WHERE document = ?', row.id)
}

function insertSegment(
  { database }: Writing,
  row: DocumentRow,
  version: number,
  segment: IndexedDocument['segments'][number],
  tables: Tables,
  statistics: Statistics,
): void {
  const { body, textAt, meta } = storedForm(segment)
  const id = database.insert(
    'INSERT INTO segment(public_id, document, dataset, version, position, quarantined) VALUES (?, ?, ?, ?, ?, ?)',
    ...[segment.id, row.id, row.dataset, version, segment.position, segment.quarantine ? 1 : 0],
  )
  database.run('INSERT INTO segment_text(id, body, text_at, meta) VALUES (?, ?, ?, ?)', id, body, textAt, meta)
  if (segment.vector) insertVector(database, { id, document: row.id, quarantined: segment.quarantine !== undefined }, segment.vector)
  if (!segment.quarantine)
    database.run(`INSERT INTO ${tables.segment}(rowid, tokens) VALUES (?, ?)`, id, statistics.count('body', body, 1).join(' '))
}
