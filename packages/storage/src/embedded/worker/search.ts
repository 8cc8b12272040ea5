import type { Candidate, SearchQuery } from '@gatehouse/kernel'
import type { Reading } from './context.ts'
import { type DatasetRow, datasetRows, frequencies, statisticsOf } from './dataset-statistics.ts'
import type { SegmentMeta } from './document-rows.ts'
import { type Tables, tablesOf } from './index-documents.ts'
import { type DatasetStatistics, matchTermsOf, scoreWords } from './text.ts'
import { vectorsLeg } from './vectors.ts'

const mostIdentityRows = 100
const mostNamedDocuments = 20
const mostCharacters = 8000
/** A query of more distinct terms is looked up by its rarest. */
const mostTerms = 64
/** Matching so many rows takes about a millisecond. */
const cheapScan = 1000
const best = 10
/** Of what the asker may not read: enough that the ten best are among them. */
const mostWithheld = 50
/** What a document's name weighs beside its text when the ten best are counted. */
const identityWeight = 0.3

interface Row {
  id: number
  public_id: string
  document: number
  document_id: string
  dataset_id: string
  version: number
  position: number
  body: string
  text_at: number
  meta: string
  identity: string
  segments: number
  title: string | null
  readable: number
}
type Scored = Row & { readonly words: NonNullable<Candidate['words']> }

export const searchReads = {
  search: (context: Reading, asked: SearchQuery): { candidates: Candidate[]; withheld: number } => {
    const query = { ...asked, text: asked.text.slice(0, mostCharacters) }
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
    const count = rows.reduce((sum, { segments }) => sum + segments, 0)
    const found = frequencies(context, rows, terms)
    return terms.map((term) => {
      const df = found.get(term) ?? 0
      return [term, df > 0 ? Math.log(1 + (count - df + 0.5) / (df + 0.5)) : Math.log(1 + count)]
    })
  },

  'search.counts': ({ database }: Reading, dataset: string): { documents: number; segments: number; characters: number } =>
    database.get<{ documents: number; segments: number; characters: number }>(
      `SELECT count(*) AS documents, coalesce(sum(d.segments), 0) AS segments, coalesce(sum(d.characters), 0) AS characters
         FROM document d JOIN dataset s ON s.id = d.dataset WHERE s.public_id = ?`,
      dataset,
    ) ?? { documents: 0, segments: 0, characters: 0 },
}

function byWords(context: Reading, query: SearchQuery, datasets: readonly DatasetRow[]): Scored[] {
  const match = matchOf(context, query.text, datasets)
  if (match === undefined || (query.principals.length === 0 && !query.countWithheld)) return []
  const rows = wordsLeg(context, { ...query, datasets, match })
  return score(query.text, rows, new Map(datasets.map((dataset) => [dataset.public_id, statisticsOf(context, dataset)])))
}

function byVector(context: Reading, { vector, vectors, principals }: SearchQuery, datasets: readonly DatasetRow[]): Map<number, number> {
  if (!vector || vectors < 1 || principals.length === 0) return new Map()
  return vectorsLeg(context, { datasets: datasets.map(({ id }) => id), principals, vector, most: vectors })
}

/** Quoted terms joined by OR, rarest first; nothing a person types is ever syntax. Undefined: nothing to look for. */
function matchOf(context: Reading, text: string, datasets: readonly DatasetRow[]): string | undefined {
  const count = datasets.reduce((sum, { segments }) => sum + segments, 0)
  const terms = [...new Set(matchTermsOf(text))]
  if (terms.length === 0 || count === 0) return undefined
  const found = frequencies(context, datasets, terms)
  const rarity = (term: string) => found.get(term) ?? 0
  // a term of every third segment costs the scan and tells almost nothing; in a small base the scan costs nothing
  const isRare = (term: string) => rarity(term) <= Math.max(cheapScan, count / 3)
  const chosen = terms.some((term) => rarity(term) > 0 && isRare(term)) ? terms.filter(isRare) : terms
  chosen.sort((a, b) => rarity(a) - rarity(b)).splice(mostTerms)
  return chosen.map(quoted).join(' OR ')
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

const rowsById = ({ database }: Reading, ids: readonly number[]): Row[] =>
  ids.length === 0
    ? []
    : database.all<Row>(`SELECT ${columns}, 1 AS readable FROM (SELECT value AS id FROM json_each(?)) JOIN ${joined}`, JSON.stringify(ids))

interface Leg extends Pick<SearchQuery, 'project' | 'principals' | 'words' | 'countWithheld'> {
  readonly datasets: readonly DatasetRow[]
  readonly match: string
}

function wordsLeg(context: Reading, { project, datasets, principals, match, words, countWithheld }: Leg): Row[] {
  return context.database.all<Row>(
    wordsStatement(tablesOf(context, project), countWithheld === true),
    ...[JSON.stringify(datasets.map(({ id }) => id)), JSON.stringify(principals), match, Math.max(1, Math.min(words, 1000))],
  )
}

function score(text: string, rows: readonly Row[], statistics: ReadonlyMap<string, DatasetStatistics>): Scored[] {
  const scorable = rows.map(({ dataset_id, body, identity, segments }) => ({ dataset: dataset_id, body, identity, segments }))
  const scores = scoreWords(text, scorable, statistics)
  return rows.map((row, at) => ({ ...row, words: scores[at]! })).sort((a, b) => b.words.body - a.words.body || a.id - b.id)
}

/** Documents, not segments, among the ten best. */
function countWithheld(found: readonly Scored[]): number {
  const total = ({ words }: Scored) => words.body + identityWeight * words.identity
  const top = [...found].sort((a, b) => total(b) - total(a)).slice(0, best)
  return new Set(top.filter(({ readable }) => readable === 0).map(({ document }) => document)).size
}

function toCandidate(row: Row | Scored, distance: number | undefined): Candidate {
  const { headings, start, end, hash } = JSON.parse(row.meta) as SegmentMeta
  return {
    ...{ segment: row.public_id, document: row.document_id, dataset: row.dataset_id, version: row.version, position: row.position },
    ...{ title: row.title ?? '', headings, start, end, hash, text: row.body.slice(row.text_at), segments: row.segments },
    ...('words' in row && { words: row.words }),
    ...(distance !== undefined && { distance }),
  }
}
