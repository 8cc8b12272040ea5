import type { Candidate, SearchQuery } from '@gatehouse/kernel'
import {
  bounded,
  type CandidateRow,
  countWithheld,
  mostIdentityRows,
  mostNamedDocuments,
  mostWithheld,
  rarest,
  type ScoredRow,
  scored,
  toCandidate,
  weightsOf,
} from './candidates.ts'
import type { Reading } from './context.ts'
import { type DatasetRow, datasetRows, frequencies, segmentsOf, statisticsOf } from './dataset-statistics.ts'
import { type Tables, tablesOf } from './index-documents.ts'
import { matchTermsOf } from './text.ts'
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
  const match = matchOf(context, query.text, datasets)
  if (match === undefined || (query.principals.length === 0 && !query.countWithheld)) return []
  const rows = wordsLeg(context, { ...query, datasets, match })
  return scored(query.text, rows, new Map(datasets.map((dataset) => [dataset.public_id, statisticsOf(context, dataset)])))
}

function byVector(context: Reading, { vector, vectors, principals }: SearchQuery, datasets: readonly DatasetRow[]): Map<number, number> {
  if (!vector || vectors < 1 || principals.length === 0) return new Map()
  return vectorsLeg(context, { datasets: datasets.map(({ id }) => id), principals, vector, most: vectors })
}

/** Quoted terms joined by OR, rarest first; nothing a person types is ever syntax. Undefined: nothing to look for. */
function matchOf(context: Reading, text: string, datasets: readonly DatasetRow[]): string | undefined {
  const terms = [...new Set(matchTermsOf(text))]
  if (terms.length === 0 || segmentsOf(datasets) === 0) return undefined
  return rarest(terms, frequencies(context, datasets, terms), segmentsOf(datasets))
    .map(quoted)
    .join(' OR ')
}

const quoted = (term: string) => `"${term.replaceAll('"', '""').replaceAll('\0', '')}"`

/**
 * The filter stands in every leg before its order and limit. With `withheld` the matches are walked once for both sides:
 * those the asker may not read are limited on their own and only counted. Exported for the test of its query plan.
 */
export function wordsStatement({ segment, document }: Tables, withheld: boolean): string {
  const docs = `(SELECT document FROM document_acl WHERE dataset IN (SELECT value FROM json_each(?1)) AND readable = 1
                    AND principal IN (SELECT value FROM json_each(?2)))`
  return `
WITH i AS MATERIALIZED (
       SELECT f.rowid AS id FROM ${document} f WHERE ${document} MATCH ?3 AND +f.rowid IN ${docs} ORDER BY bm25(${document}) LIMIT ${mostNamedDocuments}),
     m AS MATERIALIZED (
       SELECT f.rowid AS id, g.document AS document, bm25(${segment}) AS s, ${withheld ? `g.document IN ${docs}` : '1'} AS readable
         FROM ${segment} f JOIN segment g ON g.id = f.rowid
        WHERE ${segment} MATCH ?3 AND ${withheld ? 'g.dataset IN (SELECT value FROM json_each(?1))' : `g.document IN ${docs}`}),
     f AS (SELECT * FROM (SELECT id, readable FROM m WHERE readable ORDER BY s LIMIT ?4)
     UNION SELECT * FROM (SELECT id, readable FROM m WHERE readable AND document IN i ORDER BY s LIMIT ${mostIdentityRows})
     ${withheld ? `UNION SELECT * FROM (SELECT id, readable FROM m WHERE NOT readable ORDER BY s LIMIT ${mostWithheld})` : ''})
SELECT ${columns}, f.readable FROM f JOIN ${joined}
 WHERE d.readable = 1`
}

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
  readonly match: string
}

function wordsLeg(context: Reading, { project, datasets, principals, match, words, countWithheld }: Leg): CandidateRow[] {
  return context.database.all<CandidateRow>(
    wordsStatement(tablesOf(context, project), countWithheld === true),
    ...[JSON.stringify(datasets.map(({ id }) => id)), JSON.stringify(principals), match, words],
  )
}
