import { Statistics } from '../../search/statistics.ts'
import { tokenizerVersion } from '../../search/text.ts'
import type { Writing } from './context.ts'
import type { Queries } from './database.ts'
import { vectorLiteral } from './lexemes.ts'
import { saveStatistics } from './statistics.ts'

/** At start: indexes again what an older tokeniser indexed. Two ways of cutting words in one index would find nothing reliably. */
export async function retokenise({ database }: Writing): Promise<void> {
  const outdated = await database.all<{ id: number }>('SELECT id FROM dataset WHERE tokenizer < $1', [tokenizerVersion])
  for (const { id } of outdated) await database.transaction((queries) => indexAgain(queries, id))
}

async function indexAgain(queries: Queries, dataset: number): Promise<void> {
  const taken = await queries.run(
    `UPDATE dataset SET tokenizer = $2, documents = 0, identity_length = 0, segments = 0, segment_length = 0 WHERE id = $1 AND tokenizer < $2`,
    [dataset, tokenizerVersion],
  )
  if (taken === 0) return // another process did it meanwhile
  await queries.run('DELETE FROM dataset_term WHERE dataset = $1', [dataset])
  const documents = await queries.all<{ id: number; identity: string }>(
    'SELECT id, identity FROM document WHERE dataset = $1 AND identity IS NOT NULL',
    [dataset],
  )
  for (const { id, identity } of documents) {
    const statistics = new Statistics()
    const named = vectorLiteral(statistics.count('identity', identity, 1))
    await queries.run('UPDATE document SET identity_tsv = $2::tsvector WHERE id = $1', [id, named])
    const segments = await queries.all<{ id: number; body: string }>(
      'SELECT id, body FROM segment WHERE document = $1 AND NOT quarantined',
      [id],
    )
    await queries.run(
      'UPDATE segment_words w SET tsv = s.tsv::tsvector FROM unnest($1::bigint[], $2::text[]) s(id, tsv) WHERE w.id = s.id',
      [segments.map((segment) => segment.id), segments.map(({ body }) => vectorLiteral(statistics.count('body', body, 1)))],
    )
    await saveStatistics(queries, dataset, statistics)
  }
}
