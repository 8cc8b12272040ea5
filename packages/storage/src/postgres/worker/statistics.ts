import type { DatasetRow, Field, Statistics } from '../../search/statistics.ts'
import type { DatasetStatistics, FieldStatistics } from '../../search/text.ts'
import type { Queries } from './database.ts'

export const datasetRows = (queries: Queries, ids: readonly string[], project?: string): Promise<DatasetRow[]> =>
  queries.all<DatasetRow>(
    `SELECT id, public_id, documents, identity_length, segments, segment_length FROM dataset
      WHERE public_id = ANY($1) AND ($2::text IS NULL OR project = $2)`,
    [ids, project ?? null],
  )

interface TermRow {
  dataset: number
  field: Field
  term: string
  df: number
}

/** What the datasets know of some terms; asked for before the scorer, which cannot wait. */
export class Frequencies {
  readonly #datasets: readonly DatasetRow[]
  readonly #known = new Map<string, number>()
  readonly #asked = new Set<string>()

  constructor(datasets: readonly DatasetRow[]) {
    this.#datasets = datasets
  }

  async load(queries: Queries, terms: Iterable<string>): Promise<void> {
    const missing = [...new Set(terms)].filter((term) => !this.#asked.has(term))
    if (missing.length === 0 || this.#datasets.length === 0) return
    const rows = await queries.all<TermRow>(
      'SELECT dataset, field, term, df FROM dataset_term WHERE dataset = ANY($1) AND term = ANY($2)',
      [this.#datasets.map(({ id }) => id), missing],
    )
    for (const { dataset, field, term, df } of rows) this.#known.set(keyOf(dataset, field, term), df)
    for (const term of missing) this.#asked.add(term)
  }

  /** In how many segments of the datasets together each term occurs. */
  inBodies(terms: readonly string[]): Map<string, number> {
    const count = (term: string) => this.#datasets.reduce((sum, { id }) => sum + this.#of(id, 'body', term), 0)
    return new Map(terms.map((term) => [term, count(term)]))
  }

  /** Each dataset's own numbers, for the scorer. */
  statistics(): Map<string, DatasetStatistics> {
    return new Map(
      this.#datasets.map((row) => [
        row.public_id,
        { body: this.#field(row.id, 'body', row.segments, row.segment_length), identity: this.#identity(row) },
      ]),
    )
  }

  #identity = ({ id, documents, identity_length }: DatasetRow) => this.#field(id, 'identity', documents, identity_length)
  #field = (dataset: number, field: Field, count: number, length: number): FieldStatistics => ({
    count,
    averageLength: count > 0 ? length / count : 0,
    frequency: (term) => this.#of(dataset, field, term),
  })
  #of = (dataset: number, field: Field, term: string) => this.#known.get(keyOf(dataset, field, term)) ?? 0
}

const keyOf = (dataset: number, field: Field, term: string) => `${dataset} ${field} ${term}`

/** In the transaction that changed the index, whose dataset is locked: so they never drift. */
export async function saveStatistics(queries: Queries, dataset: number, statistics: Statistics): Promise<void> {
  const body = statistics.changes('body')
  const identity = statistics.changes('identity')
  await saveTerms(queries, dataset, 'body', body.terms)
  await saveTerms(queries, dataset, 'identity', identity.terms)
  await queries.run(
    `UPDATE dataset SET documents = documents + $2, identity_length = identity_length + $3, segments = segments + $4,
       segment_length = segment_length + $5 WHERE id = $1`,
    [dataset, identity.count, identity.length, body.count, body.length],
  )
}

async function saveTerms(queries: Queries, dataset: number, field: Field, terms: ReadonlyMap<string, number>): Promise<void> {
  const more = [...terms].filter(([, change]) => change > 0)
  const fewer = [...terms].filter(([, change]) => change < 0)
  if (more.length > 0)
    await queries.run(
      `INSERT INTO dataset_term(dataset, field, term, df) SELECT $1, $2, * FROM unnest($3::text[], $4::int[])
       ON CONFLICT (dataset, field, term) DO UPDATE SET df = dataset_term.df + excluded.df`,
      [dataset, field, more.map(([term]) => term), more.map(([, change]) => change)],
    )
  if (fewer.length === 0) return
  const left = fewer.map(([term]) => term)
  await queries.run(
    `UPDATE dataset_term t SET df = t.df + c.change FROM unnest($3::text[], $4::int[]) c(term, change)
      WHERE t.dataset = $1 AND t.field = $2 AND t.term = c.term`,
    [dataset, field, left, fewer.map(([, change]) => change)],
  )
  await queries.run('DELETE FROM dataset_term WHERE dataset = $1 AND field = $2 AND term = ANY($3) AND df <= 0', [dataset, field, left])
}
