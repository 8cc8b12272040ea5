import type { Principal, RetrievalStep } from '@gatehouse/contracts'
import { AppError, type Caller, contentOf, type SearchIndex, type SearchModels } from '@gatehouse/kernel'
import type { Base, Bases } from '../bases.ts'
import type { DocumentFacts } from './document-facts.ts'
import { isSuperseded } from './document-facts.ts'
import { fuse, type Ranked, type Weights } from './fusion.ts'
import { Fingerprints } from './near-duplicates.ts'
import type { QueryVectors } from './query-vectors.ts'
import { rerank } from './rerank.ts'
import { type Left, select } from './select.ts'

export interface SearchRequest {
  readonly datasets: readonly string[]
  readonly text: string
  readonly principals: readonly Principal[]
  readonly topK: number
  readonly threshold: number
  /** Absent: what the first knowledge base says. */
  readonly weights?: Weights
  /** For whom models are asked; absent: none is. */
  readonly caller?: Caller
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
  /** The steps that need a model; absent when they were not asked for. */
  readonly vectors?: RetrievalStep
  readonly rerank?: RetrievalStep
}
/** The one search behind app, API and retrieval test. */
export type Search = (request: SearchRequest) => Promise<Found>

export interface SearchPorts {
  readonly index: SearchIndex
  readonly facts: DocumentFacts
  readonly bases: Bases
  /** Absent: there are no models. */
  readonly models?: SearchModels
  readonly queryVectors?: QueryVectors
}

export const mostQuery = 4000
const candidatesByWords = 300
const candidatesByVectors = 100
const kept = 60
/** How far down the list it is looked whether a document was superseded. */
const leastChecked = 10
const mostChecked = 40

export function createSearch({ index, facts, bases, models, queryVectors }: SearchPorts): Search {
  const fingerprints = new Fingerprints()
  return async (request) => {
    const { datasets, text, principals, topK, threshold, caller, countWithheld = false } = request
    check(request)
    const asked = await Promise.all([...new Set(datasets)].map((id) => bases.need(id)))
    const first = asked[0]
    if (first === undefined) return { project: '', bases: [], ranked: [], taken: [], left: [], withheld: 0 }
    const { project } = first
    if (asked.some((base) => base.project !== project)) throw new AppError('not_found', 'there is no such knowledge base')
    const weights = request.weights ?? weightsOf(first)
    const { vector, step } = weights.vectors > 0 && queryVectors ? await queryVectors(asked, text.toWellFormed(), caller) : {}
    const { candidates, withheld } = await index.search({
      ...{ project, datasets: asked.map(({ id }) => id), text: contentOf(text.toWellFormed()) },
      // `public` is a label only somebody chose can give; without any label nothing is read
      principals: principals.length ? [...new Set([...principals, 'public' as const])] : [],
      ...{ words: Math.max(candidatesByWords, topK), vectors: candidatesByVectors, countWithheld },
      ...(vector && { vector }),
    })
    const fused = fuse(candidates, weights)
    const reranking = models && caller ? first.spec.retrieval.rerank : undefined
    const reranked = reranking && models && caller ? await rerank(fused, text, reranking, { models, caller }) : undefined
    const ranked = reranked?.ranked ?? fused
    const best = ranked.slice(0, Math.max(kept, topK * 2))
    const near = best.slice(0, Math.min(mostChecked, Math.max(leastChecked, topK * 2))).map(({ candidate }) => candidate.document)
    const documents = await facts.of(project, near)
    const superseded = new Map([...documents.values()].filter(isSuperseded).map(({ id, title }) => [id, title]))
    return {
      ...{ project, bases: asked, ranked, withheld },
      ...select(best, { topK, threshold, query: text, superseded, fingerprints }),
      ...(step && { vectors: step }),
      ...(reranked && { rerank: reranked.step }),
    }
  }
}

function check({ text, topK }: SearchRequest): void {
  if (text.length > mostQuery)
    throw new AppError('invalid_request', `the query has ${text.length} characters, at most ${mostQuery} are allowed`)
  if (topK < 1 || topK > 100) throw new AppError('invalid_request', 'topK is between 1 and 100')
}

/** By words alone, by vectors alone, or both as the knowledge base weighs them. */
function weightsOf({ spec: { embedding, retrieval } }: Base): Weights {
  if (!embedding || retrieval.mode === 'words') return { words: 1, vectors: 0 }
  if (retrieval.mode === 'vectors') return { words: 0, vectors: 1 }
  return retrieval.weights ?? { words: 0.5, vectors: 0.5 }
}
