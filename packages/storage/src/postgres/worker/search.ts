import type { SearchQuery } from '@gatehouse/kernel'
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
} from '../../search/candidates.ts'
import { type DatasetRow, segmentsOf } from '../../search/statistics.ts'
import { longDocument, matchTermsOf, tokensOf } from '../../search/text.ts'
import type { Reading, ReadsLater } from './context.ts'
import { quoted } from './lexemes.ts'
import { datasetRows, Frequencies } from './statistics.ts'
import { vectorsLeg } from './vectors.ts'

export const searchReads = {
  search: async (context, asked) => {
    const query = bounded(asked)
    const datasets = await datasetRows(context.database, query.datasets, query.project)
    const [found, distances] = await Promise.all([byWords(context, query, datasets), byVector(context, query, datasets)])
    const readable = found.filter((row) => row.readable === 1)
    const known = new Set(readable.map(({ id }) => id))
    const others = await rowsById(
      context,
      [...distances.keys()].filter((id) => !known.has(id)),
    )
    return {
      candidates: [...readable, ...others].map((row) => toCandidate(row, distances.get(row.id))),
      withheld: query.countWithheld ? countWithheld(found) : 0,
    }
  },

  'search.weights': async ({ database }, { datasets, terms }) => {
    const rows = await datasetRows(database, datasets)
    const frequencies = new Frequencies(rows)
    await frequencies.load(database, terms)
    return weightsOf(terms, frequencies.inBodies(terms), segmentsOf(rows))
  },

  'search.counts': async ({ database }, dataset) =>
    (await database.get<{ documents: number; segments: number; characters: number }>(
      `SELECT count(*) AS documents, coalesce(sum(d.segments), 0)::bigint AS segments, coalesce(sum(d.characters), 0)::bigint AS characters
         FROM document d JOIN dataset s ON s.id = d.dataset WHERE s.public_id = $1`,
      [dataset],
    )) ?? { documents: 0, segments: 0, characters: 0 },
} satisfies Partial<ReadsLater>

async function byWords({ database }: Reading, query: SearchQuery, datasets: readonly DatasetRow[]): Promise<ScoredRow[]> {
  const terms = [...new Set(matchTermsOf(query.text))]
  const count = segmentsOf(datasets)
  if (terms.length === 0 || count === 0 || (query.principals.length === 0 && !query.countWithheld)) return []
  const frequencies = new Frequencies(datasets)
  await frequencies.load(database, [...terms, ...tokensOf(query.text)])
  const found = frequencies.inBodies(terms)
  const chosen = affordable(rarest(terms, found, count), found)
  const weights = weightsOf(chosen, found, count)
  const rows = await database.all<CandidateRow>(
    wordsStatement(query.countWithheld === true, (found.get(chosen[0] ?? '') ?? 0) > mostMatches),
    [
      ...[datasets.map(({ id }) => id), query.principals],
      ...[weights.map(([term]) => quoted(term)), weights.map(([, weight]) => weight), query.words],
      weights.map(([term]) => within(term, datasets)),
    ],
  )
  await frequencies.load(database, longIdentities(rows))
  return scored(query.text, rows, frequencies.statistics())
}

/** A term where it stands in one of the datasets. */
const within = (term: string, datasets: readonly DatasetRow[]) =>
  `${quoted(term)} & (${datasets.map(({ id }) => quoted(`\u0001${id}`)).join(' | ')})`

/** Rarest first, as many as bring no more rows to rank than this; the commonest bring the most and tell the least. */
const mostMatches = 10_000

function affordable(terms: readonly string[], found: ReadonlyMap<string, number>): readonly string[] {
  let rows = 0
  const tooMany = terms.findIndex((term, at) => {
    rows += found.get(term) ?? 0
    return at > 0 && rows > mostMatches
  })
  return tooMany < 0 ? terms : terms.slice(0, tooMany)
}

/** The scorer weighs what long documents are called, too. */
const longIdentities = (rows: readonly CandidateRow[]): Set<string> =>
  new Set([...new Set(rows.filter(({ segments }) => segments >= longDocument).map(({ identity }) => identity))].flatMap(tokensOf))

async function byVector(
  { database }: Reading,
  { vector, vectors, principals }: SearchQuery,
  datasets: readonly DatasetRow[],
): Promise<Map<number, number>> {
  if (!vector || vectors < 1 || principals.length === 0) return new Map()
  return vectorsLeg(database, { datasets: datasets.map(({ id }) => id), principals, vector, most: vectors })
}

/**
 * The filter stands in every leg before its order and limit. The engine's order only decides which rows become candidates; it has no weight of
 * rare terms of its own, so each term is looked up alone and brings ours. With `withheld` the matches are walked once for both sides: those the
 * asker may not read are limited on their own and only counted. Of a `crowded` term, in more rows than can be ranked, each side takes as
 * many as can: which ones matters little, so common a word tells nothing.
 */
function wordsStatement(withheld: boolean, crowded: boolean): string {
  return `
WITH i AS MATERIALIZED (
       SELECT d.id FROM ${terms} JOIN document d ON d.identity_tsv @@ t.q WHERE d.dataset = ANY($1) AND d.acl && $2::text[]
        GROUP BY d.id ORDER BY sum(t.weight * ts_rank(d.identity_tsv, t.q, 1)) DESC LIMIT ${mostNamedDocuments}),
     h AS MATERIALIZED (${crowded ? crowdedMatches(withheld) : matches(withheld)}),
     m AS MATERIALIZED (SELECT id, document, readable, sum(s) AS s FROM h GROUP BY id, document, readable),
     f AS ((SELECT id, readable FROM m WHERE readable ORDER BY s DESC LIMIT $5)
     UNION (SELECT id, readable FROM m WHERE readable AND document IN (SELECT id FROM i) ORDER BY s DESC LIMIT ${mostIdentityRows})
     ${withheld ? `UNION (SELECT id, readable FROM m WHERE NOT readable ORDER BY s DESC LIMIT ${mostWithheld})` : ''})
SELECT ${columns}, f.readable::int AS readable FROM f JOIN ${joined}`
}

const terms = 'unnest($3::tsquery[], $4::float8[]) t(q, weight)'
const termsWithin = 'unnest($3::tsquery[], $4::float8[], $6::tsquery[]) t(q, weight, filter)'
// as the index has it
const ofTerm = '(w.tsv || array_to_tsvector(ARRAY[chr(1) || w.dataset::text])) @@ t.filter AND w.dataset = ANY($1)'
const score = 't.weight * ts_rank(w.tsv, t.q, 1) AS s'

const matches = (withheld: boolean) => `
       SELECT w.id, w.document, ${score}, ${withheld ? 'w.acl && $2::text[]' : 'true'} AS readable
         FROM ${termsWithin} JOIN segment_words w ON ${ofTerm} WHERE ${withheld ? 'w.acl IS NOT NULL' : 'w.acl && $2::text[]'}`

function crowdedMatches(withheld: boolean): string {
  const side = (filter: string, readable: boolean) => `
       SELECT c.*, ${readable} AS readable FROM ${termsWithin},
              LATERAL (SELECT w.id, w.document, ${score} FROM segment_words w WHERE ${ofTerm} AND ${filter} LIMIT ${mostMatches}) c`
  const readable = side('w.acl && $2::text[]', true)
  return withheld ? `${readable} UNION ALL ${side('NOT w.acl && $2::text[]', false)}` : readable
}

const columns = `g.id, g.public_id, g.document, d.public_id AS document_id, s.public_id AS dataset_id, g.version, g.position, g.body, g.text_at,
       g.meta, d.identity, d.segments, d.title`
const joined = 'segment g USING (id) JOIN document d ON d.id = g.document JOIN dataset s ON s.id = d.dataset'

const rowsById = async ({ database }: Reading, ids: readonly number[]): Promise<CandidateRow[]> =>
  ids.length === 0
    ? []
    : database.all<CandidateRow>(
        `SELECT ${columns}, 1 AS readable FROM unnest($1::bigint[]) WITH ORDINALITY AS a(id, place) JOIN ${joined} ORDER BY a.place`,
        [ids],
      )
