import type { DatasetRow } from '../../search/statistics.ts'
import type { DatasetStatistics, FieldStatistics } from '../../search/text.ts'
import type { Reading } from './context.ts'

export const datasetRows = ({ database }: Reading, ids: readonly string[], project?: string): DatasetRow[] =>
  database.all<DatasetRow>(
    `SELECT id, public_id, documents, identity_length, segments, segment_length FROM dataset
      WHERE public_id IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR project = ?2)`,
    ...[JSON.stringify(ids), project ?? null],
  )

/** In how many segments of the datasets together each term occurs. */
export function frequencies({ database }: Reading, datasets: readonly DatasetRow[], terms: readonly string[]): Map<string, number> {
  const rows = database.all<{ term: string; df: number }>(
    `SELECT term, sum(df) AS df FROM dataset_term WHERE dataset IN (SELECT value FROM json_each(?)) AND field = 'body'
        AND term IN (SELECT value FROM json_each(?)) GROUP BY term`,
    ...[JSON.stringify(datasets.map(({ id }) => id)), JSON.stringify(terms)],
  )
  return new Map(rows.map(({ term, df }) => [term, df]))
}

/** One dataset's own numbers, for the scorer. */
export const statisticsOf = (context: Reading, dataset: DatasetRow): DatasetStatistics => ({
  body: field(context, dataset.id, 'body', dataset.segments, dataset.segment_length),
  identity: field(context, dataset.id, 'identity', dataset.documents, dataset.identity_length),
})

function field({ database }: Reading, dataset: number, name: 'body' | 'identity', count: number, length: number): FieldStatistics {
  const known = new Map<string, number>()
  return {
    count,
    averageLength: count > 0 ? length / count : 0,
    frequency(term) {
      let df = known.get(term)
      if (df === undefined) {
        const row = database.get<{ df: number }>(
          'SELECT df FROM dataset_term WHERE dataset = ? AND field = ? AND term = ?',
          dataset,
          name,
          term,
        )
        df = row?.df ?? 0
        known.set(term, df)
      }
      return df
    },
  }
}
