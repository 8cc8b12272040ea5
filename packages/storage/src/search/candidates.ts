import type { Candidate, SearchQuery } from '@gatehouse/kernel'
import { metaOf } from '../rows/document-rows.ts'
import { type DatasetStatistics, scoreWords } from './text.ts'

// What a search does with terms and rows, whichever database finds them.

/** Segments that are candidates only because the question names their document, and how many documents it can name. */
export const mostIdentityRows = 100
export const mostNamedDocuments = 20
/** Of what the asker may not read: enough that the ten best are among them. */
export const mostWithheld = 50
const mostCharacters = 8000
const mostRows = 1000
/** A query of more distinct terms is looked up by its rarest. */
const mostTerms = 64
/** Matching so many rows takes about a millisecond. */
const cheapScan = 1000
/** Of so many matches that may be read, the best are among those with the rarest terms. */
const enoughMatches = 3000
const best = 10
/** What a document's name weighs beside its text when the ten best are counted. */
const identityWeight = 0.3

export interface CandidateRow {
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
export type ScoredRow = CandidateRow & { readonly words: NonNullable<Candidate['words']> }

export const bounded = (query: SearchQuery): SearchQuery => ({
  ...query,
  text: query.text.slice(0, mostCharacters),
  words: Math.max(1, Math.min(query.words, mostRows)),
  vectors: Math.min(query.vectors, mostRows),
})

/** The terms worth looking up, rarest first. `found`: in how many of the `count` segments each occurs. */
export function rarest(terms: readonly string[], found: ReadonlyMap<string, number>, count: number): string[] {
  const rarity = (term: string) => found.get(term) ?? 0
  // a term of every third segment costs the scan and tells almost nothing; in a small base the scan costs nothing
  const isRare = (term: string) => rarity(term) <= Math.max(cheapScan, count / 3)
  const chosen = terms.some((term) => rarity(term) > 0 && isRare(term)) ? terms.filter(isRare) : [...terms]
  return chosen.sort((a, b) => rarity(a) - rarity(b)).slice(0, mostTerms)
}

/**
 * Of terms, rarest first, those of which a row must have one to be looked at: the others rank what these bring. To rank every row that only
 * has a common word costs several times as much, and such a row is hardly ever among the best. `readable`: the share an asker may read;
 * who may read little has few matches, and all are looked at.
 */
export function deciding(terms: readonly string[], found: ReadonlyMap<string, number>, readable = 1): string[] {
  let matches = 0
  return terms.filter((term) => {
    const isNeeded = matches * readable < enoughMatches
    matches += found.get(term) ?? 0
    return isNeeded
  })
}

export const weightsOf = (terms: readonly string[], found: ReadonlyMap<string, number>, count: number): [string, number][] =>
  terms.map((term) => {
    const df = found.get(term) ?? 0
    return [term, df > 0 ? Math.log(1 + (count - df + 0.5) / (df + 0.5)) : Math.log(1 + count)]
  })

export function scored(text: string, rows: readonly CandidateRow[], statistics: ReadonlyMap<string, DatasetStatistics>): ScoredRow[] {
  const scorable = rows.map(({ dataset_id, body, identity, segments }) => ({ dataset: dataset_id, body, identity, segments }))
  const scores = scoreWords(text, scorable, statistics)
  return rows.map((row, at) => ({ ...row, words: scores[at]! })).sort((a, b) => b.words.body - a.words.body || a.id - b.id)
}

/** Documents, not segments, among the ten best. */
export function countWithheld(found: readonly ScoredRow[]): number {
  const total = ({ words }: ScoredRow) => words.body + identityWeight * words.identity
  const top = [...found].sort((a, b) => total(b) - total(a)).slice(0, best)
  return new Set(top.filter(({ readable }) => readable === 0).map(({ document }) => document)).size
}

export function toCandidate(row: CandidateRow | ScoredRow, distance: number | undefined): Candidate {
  const { headings, place, start, end, hash } = metaOf(row)
  return {
    ...{ segment: row.public_id, document: row.document_id, dataset: row.dataset_id, version: row.version, position: row.position },
    ...{ title: row.title ?? '', headings, start, end, hash, text: row.body.slice(row.text_at), segments: row.segments },
    ...(place && { place }),
    ...('words' in row && { words: row.words }),
    ...(distance !== undefined && { distance }),
  }
}
