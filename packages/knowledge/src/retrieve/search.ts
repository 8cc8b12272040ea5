import type { Principal } from '@gatehouse/contracts'
import { AppError, contentOf, type SearchIndex } from '@gatehouse/kernel'
import type { Base, Bases } from '../bases.ts'
import type { DocumentFacts } from './document-facts.ts'
import { isSuperseded } from './document-facts.ts'
import { fuse, type Ranked, type Weights } from './fusion.ts'
import { Fingerprints } from './near-duplicates.ts'
import { type Left, select } from './select.ts'

export interface SearchRequest {
  readonly datasets: readonly string[]
  readonly text: string
  readonly principals: readonly Principal[]
  readonly topK: number
  readonly threshold: number
  readonly weights?: Weights
  readonly countWithheld?: boolean
}
export interface Found {
  readonly project: string
  readonly bases: readonly Base[]
  /** All candidates, fused, best first: before demotion, thresholds and cuts. */
  readonly ranked: readonly Ranked[]
  readonly taken: readonly Ranked[]
  readonly left: readonly Left[]
  readonly withheld: number
}
/** The one search behind app, API and retrieval test. */
export type Search = (request: SearchRequest) => Promise<Found>

export interface SearchPorts {
  readonly index: SearchIndex
  readonly facts: DocumentFacts
  readonly bases: Bases
}

export const mostQuery = 4000
const candidatesByWords = 300
const candidatesByVectors = 100
const kept = 60
/** How far down the list it is looked whether a document was superseded. */
const leastChecked = 10
const mostChecked = 40

export function createSearch({ index, facts, bases }: SearchPorts): Search {
  const fingerprints = new Fingerprints()
  return async ({ datasets, text, principals, topK, threshold, weights, countWithheld = false }) => {
    if (text.length > mostQuery)
      throw new AppError('invalid_request', `the query has ${text.length} characters, at most ${mostQuery} are allowed`)
    if (topK < 1 || topK > 100) throw new AppError('invalid_request', 'topK is between 1 and 100')
    const asked = await Promise.all([...new Set(datasets)].map((id) => bases.need(id)))
    const project = asked[0]?.project
    if (project === undefined) return { project: '', bases: [], ranked: [], taken: [], left: [], withheld: 0 }
    if (asked.some((base) => base.project !== project)) throw new AppError('not_found', 'there is no such knowledge base')
    const { candidates, withheld } = await index.search({
      ...{ project, datasets: asked.map(({ id }) => id), text: contentOf(text.toWellFormed()) },
      // `public` is a label only somebody chose can give; without any label nothing is read
      principals: principals.length ? [...new Set([...principals, 'public' as const])] : [],
      ...{ words: Math.max(candidatesByWords, topK), vectors: candidatesByVectors, countWithheld },
    })
    const ranked = fuse(candidates, weights)
    const best = ranked.slice(0, Math.max(kept, topK * 2))
    const near = best.slice(0, Math.min(mostChecked, Math.max(leastChecked, topK * 2))).map(({ candidate }) => candidate.document)
    const documents = await facts.of(project, near)
    const superseded = new Map([...documents.values()].filter(isSuperseded).map(({ id, title }) => [id, title]))
    return { project, bases: asked, ranked, withheld, ...select(best, { topK, threshold, query: text, superseded, fingerprints }) }
  }
}
