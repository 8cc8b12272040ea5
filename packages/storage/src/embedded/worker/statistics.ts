import type { Field, Statistics } from '../../search/statistics.ts'
import type { Database } from './database.ts'

export function saveStatistics(database: Database, dataset: number, statistics: Statistics): void {
  const body = statistics.changes('body')
  const identity = statistics.changes('identity')
  saveTerms(database, dataset, 'body', body.terms)
  saveTerms(database, dataset, 'identity', identity.terms)
  database.run(
    `UPDATE dataset SET documents = documents + ?, identity_length = identity_length + ?, segments = segments + ?, segment_length = segment_length + ?
      WHERE id = ?`,
    ...[identity.count, identity.length, body.count, body.length, dataset],
  )
}

function saveTerms(database: Database, dataset: number, field: Field, changes: ReadonlyMap<string, number>): void {
  for (const [term, change] of changes) {
    if (change > 0)
      database.run(
        'INSERT INTO dataset_term(dataset, field, term, df) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET df = df + excluded.df',
        ...[dataset, field, term, change],
      )
    if (change >= 0) continue
    database.run('UPDATE dataset_term SET df = df + ? WHERE dataset = ? AND field = ? AND term = ?', change, dataset, field, term)
    database.run('DELETE FROM dataset_term WHERE dataset = ? AND field = ? AND term = ? AND df <= 0', dataset, field, term)
  }
}
