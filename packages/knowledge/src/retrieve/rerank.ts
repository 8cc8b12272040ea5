import type { Reranking, RetrievalStep } from '@gatehouse/contracts'
import { AppError, type Caller, type SearchModels, toAppError } from '@gatehouse/kernel'
import { bodyOf } from '../ingest/identity.ts'
import type { Ranked } from './fusion.ts'

const mostCharacters = 4000

/** The best matches in the order of a model that reads them with the question. Too slow or failing: the order stays, and the step says so. */
export async function rerank(
  ranked: readonly Ranked[],
  text: string,
  { model, candidates, timeout }: Reranking,
  { models, caller }: { models: SearchModels; caller: Caller },
): Promise<{ ranked: readonly Ranked[]; step: RetrievalStep }> {
  const started = performance.now()
  const took = () => Math.round((performance.now() - started) * 1000)
  const best = ranked.slice(0, candidates)
  if (best.length < 2) return { ranked, step: { model, took: took() } }
  const documents = best.map(({ candidate }) =>
    bodyOf(candidate.title, candidate.headings, candidate.text).slice(0, mostCharacters).toWellFormed(),
  )
  try {
    const request = { operation: 'rerank', model, query: text, documents, stream: false, raw: {} } as const
    const scores = await models.rerank(request, caller, AbortSignal.timeout(timeout))
    return { ranked: reordered(ranked, best.length, scores), step: { model, took: took() } }
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    return {
      ranked,
      step: { model, skipped: code === 'cancelled' ? `the model did not answer within ${timeout} ms` : message, took: took() },
    }
  }
}

function reordered(ranked: readonly Ranked[], count: number, scores: readonly { index: number; score: number }[]): Ranked[] {
  const byIndex = new Map(scores.map(({ index, score }) => [index, score]))
  if (byIndex.size < count) throw new AppError('upstream_failed', 'the model scored only some of the passages')
  const isShare = scores.every(({ score }) => score >= 0 && score <= 1)
  const shareOf = (score: number) => (isShare ? score : 1 / (1 + Math.exp(-score)))
  const head = ranked
    .slice(0, count)
    .map((each, at) => {
      const score = shareOf(byIndex.get(at)!)
      return { ...each, score, parts: { ...each.parts, fused: each.score, rerank: score } }
    })
    .sort((a, b) => b.score - a.score)
  const least = head.at(-1)!.score
  return [...head, ...ranked.slice(count).map((each) => ({ ...each, score: Math.min(each.score, least) }))]
}
