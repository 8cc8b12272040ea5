import { Statistics } from '../../search/statistics.ts'
import { tokenizerVersion } from '../../search/text.ts'
import type { Writing } from './context.ts'
import { tablesOf } from './index-documents.ts'
import { saveStatistics } from './statistics.ts'

interface Dataset {
  readonly id: number
  readonly project: string
}

/** At start: indexes again what an older tokeniser indexed. Two ways of cutting words in one index would find nothing reliably. */
export function retokenise(context: Writing): void {
  const { database } = context
  const outdated = database.all<Dataset>('SELECT id, project FROM dataset WHERE tokenizer <> ?', tokenizerVersion)
  for (const dataset of outdated) {
    database.exec('BEGIN IMMEDIATE')
    try {
      indexAgain(context, dataset)
      database.exec('COMMIT')
    } catch (thrown) {
      database.exec('ROLLBACK')
      throw thrown
    }
  }
}

function indexAgain(context: Writing, { id, project }: Dataset): void {
  const { database } = context
  const tables = tablesOf(context, project)
  database.run('DELETE FROM dataset_term WHERE dataset = ?', id)
  database.run(
    'UPDATE dataset SET tokenizer = ?, documents = 0, identity_length = 0, segments = 0, segment_length = 0 WHERE id = ?',
    ...[tokenizerVersion, id],
  )
  for (const document of database.all<{ id: number; identity: string }>(
    'SELECT id, identity FROM document WHERE dataset = ? AND identity IS NOT NULL',
    id,
  )) {
    const statistics = new Statistics()
    put(context, tables.document, document.id, statistics.count('identity', document.identity, 1).join(' '))
    const segments = database.all<{ id: number; body: string }>(
      'SELECT g.id, t.body FROM segment g JOIN segment_text t ON t.id = g.id WHERE g.document = ? AND g.quarantined = 0',
      document.id,
    )
    for (const segment of segments) put(context, tables.segment, segment.id, statistics.count('body', segment.body, 1).join(' '))
    saveStatistics(database, id, statistics)
  }
}

function put({ database }: Writing, table: string, row: number, tokens: string): void {
  database.run(`INSERT OR REPLACE INTO ${table}(rowid, tokens) VALUES (?, ?)`, row, tokens)
}
