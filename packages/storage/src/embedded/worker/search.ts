import type { Candidate, SearchQuery } from '@gatehouse/kernel'
import {
  bounded,
  type CandidateRow,
  countWithheld,
  deciding,
  mostIdentityRows,
  mostNamedDocuments,
  mostWithheld,
  rarest,
  type ScoredRow,
  scored,
  toCandidate,
  weightsOf,
} from '../../search/candidates.ts'
import { type DatasetRow, segmentsOf } from '../../search/statistics.ts'
import { matchTermsOf } from '../../search/text.ts'
import type { Reading } from './context.ts'
import { datasetRows, frequencies, statisticsOf } from './dataset-statistics.ts'
import { type Tables, tablesOf } from './index-documents.ts'
import { vectorsLeg } from './vectors.ts'

export const searchReads = {
  search: (context: Reading, asked: SearchQuery): { candidates: Candidate[]; withheld: number } => {
    const query = bounded(asked)
    const datasets = datasetRows(context, query.datasets, query.project)
    const found = byWords(context, query, datasets)
    const distances = byVector(context, query, datasets)
    const readable = found.filter((row) => row.readable === 1)
    const known = new Set(readable.map(({ id }) => id))
    const others = rowsById(
      context,
      [...distances.keys()].filter((id) => !known.has(id)),
    )
    return {
      candidates: [...readable, ...others].map((row) => toCandidate(row, distances.get(row.id))),
      withheld: query.countWithheld ? countWithheld(found) : 0,
    }
  },

  'search.weights': (
    context: Reading,
    { datasets, terms }: { datasets: readonly string[]; terms: readonly string[] },
  ): [string, number][] => {
    const rows = datasetRows(context, datasets)
    return weightsOf(terms, frequencies(context, rows, terms), segmentsOf(rows))
  },

  'search.counts': ({ database }: Reading, dataset: string): { documents: number; segments: number; characters: number } =>
    database.get<{ documents: number; segments: number; characters: number }>(
      `SELECT count(*) AS documents, coalesce(sum(d.segments), 0) AS segments, coalesce(sum(d.characters), 0) AS characters
         FROM document d JOIN dataset s ON s.id = d.dataset WHERE s.public_id = ?`,
      dataset,
    ) ?? { documents: 0, segments: 0, characters: 0 },
}

function byWords(context: Reading, query: SearchQuery, datasets: readonly DatasetRow[]): ScoredRow[] {
  const match = matchOf(context, query, datasets)
  if (match === undefined || (query.principals.length === 0 && !query.countWithheld)) return []
  const rows = wordsLeg(context, { ...query, datasets, match })
  return scored(query.text, rows, new Map(datasets.map((dataset) => [dataset.public_id, statisticsOf(context, dataset)])))
}

function byVector(context: Reading, { vector, vectors, principals }: SearchQuery, datasets: readonly DatasetRow[]): Map<number, number> {
  if (!vector || vectors < 1 || principals.length === 0) return new Map()
  return vectorsLeg(context, { datasets: datasets.map(({ id }) => id), principals, vector, most: vectors })
}

interface Match {
  readonly documents: string
  /** Some terms decide what matches, all rank it. */
  readonly segments: string
  readonly withheld: string
}

/** Quoted terms joined by OR, rarest first; nothing a person types is ever syntax. Undefined: nothing to look for. */
function matchOf(context: Reading, query: SearchQuery, datasets: readonly DatasetRow[]): Match | undefined {
  const terms = [...new Set(matchTermsOf(query.text))]
  const count = segmentsOf(datasets)
  if (terms.length === 0 || count === 0) return undefined
  const found = frequencies(context, datasets, terms)
  const chosen = rarest(terms, found, count)
  const documents = anyOf(chosen)
  const narrowed = (needed: readonly string[]) => (needed.length < chosen.length ? `(${anyOf(needed)}) AND (${documents})` : documents)
  const few = deciding(chosen, found)
  const withheld = narrowed(few)
  if (few.length === chosen.length) return { documents, segments: documents, withheld }
  return { documents, segments: narrowed(deciding(chosen, found, readableShare(context, query, datasets))), withheld }
}

/** Of documents: near enough to that of segments, and counted in an index. */
function readableShare({ database }: Reading, { principals }: SearchQuery, datasets: readonly DatasetRow[]): number {
  const row = database.get<{ count: number }>(
    `SELECT count(DISTINCT document) AS count FROM document_acl WHERE dataset IN (SELECT value FROM json_each(?1)) AND readable = 1
        AND principal IN (SELECT value FROM json_each(?2))`,
    ...[JSON.stringify(datasets.map(({ id }) => id)), JSON.stringify(principals)],
  )
  return (row?.count ?? 0) / datasets.reduce((sum, { documents }) => sum + documents, 0)
}

const anyOf = (terms: readonly string[]) => terms.map(quoted).join(' OR ')
const quoted = (term: string) => `"${term.replaceAll('"', '""').replaceAll('\0', '')}"`

/**
 * The filter stands in every leg before its order and limit. With `withheld` those the asker may not read are looked for on their own,
 * and only counted. Exported for the test of its query plan.
 */
export function wordsStatement({ segment, document }: Tables, withheld: boolean): string {
  const docs = `(SELECT document FROM document_acl WHERE dataset IN (SELECT value FROM json_each(?1)) AND readable = 1
                    AND principal IN (SELECT value FROM json_each(?2)))`
  return `
WITH i AS MATERIALIZED (
       SELECT f.rowid AS id FROM ${document} f WHERE ${document} MATCH ?3 AND +f.rowid IN ${docs} ORDER BY bm25(${document}) LIMIT ${mostNamedDocuments}),
     m AS MATERIALIZED (
       SELECT f.rowid AS id, g.document AS document, bm25(${segment}) AS s FROM ${segment} f JOIN segment g ON g.id = f.rowid
        WHERE ${segment} MATCH ?5 AND g.document IN ${docs}),
     f AS (SELECT * FROM (SELECT id, 1 AS readable FROM m ORDER BY s LIMIT ?4)
     UNION SELECT * FROM (SELECT id, 1 AS readable FROM m WHERE document IN i ORDER BY s LIMIT ${mostIdentityRows})
     ${withheld ? `UNION SELECT * FROM (${withheldRows(segment, docs)})` : ''})
SELECT ${columns}, f.readable FROM f JOIN ${joined}
 WHERE d.readable = 1`
}

const withheldRows = (segment: string, docs: string) => `
       SELECT f.rowid AS id, 0 AS readable FROM ${segment} f JOIN segment g ON g.id = f.rowid
        WHERE ${segment} MATCH ?6 AND g.dataset IN (SELECT value FROM json_each(?1)) AND g.document NOT IN ${docs}
        ORDER BY bm25(${segment}) LIMIT ${mostWithheld}`

const columns = `g.id, g.public_id, g.document, d.public_id AS document_id, s.public_id AS dataset_id, g.version, g.position, t.body, t.text_at, t.meta,
       d.identity, d.segments, json_extract(d.record, '$.title') AS title`
const joined = 'segment g USING (id) JOIN segment_text t USING (id) JOIN document d ON d.id = g.document JOIN dataset s ON s.id = d.dataset'

const rowsById = ({ database }: Reading, ids: readonly number[]): CandidateRow[] =>
  ids.length === 0
    ? []
    : database.all<CandidateRow>(
        `SELECT ${columns}, 1 AS readable FROM (SELECT value AS id FROM json_each(?)) JOIN ${joined}`,
        JSON.stringify(ids),
      )

interface Leg extends Pick<SearchQuery, 'project' | 'principals' | 'words' | 'countWithheld'> {
  readonly datasets: readonly DatasetRow[]
  readonly match: Match
}

function wordsLeg(context: Reading, { project, datasets, principals, match, words, countWithheld }: Leg): CandidateRow[] {
  return context.database.all<CandidateRow>(
    wordsStatement(tablesOf(context, project), countWithheld === true),
    ...[
      JSON.stringify(datasets.map(({ id }) => id)),
      JSON.stringify(principals),
      match.documents,
      words,
      match.segments,
      ...(countWithheld ? [match.withheld] : []),
    ],
  )
}
