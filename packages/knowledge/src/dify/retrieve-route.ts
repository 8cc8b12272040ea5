import type { Weights } from '../retrieve/fusion.ts'
import { jsonOf } from './body.ts'
import { baseFor, type DifyApp, type DifyKnowledgeParts } from './parts.ts'
import { check, RetrievalModel, Retrieve } from './schemas.ts'
import { toRecord } from './shapes.ts'

const standardTopK = 3
const noVectors = 'No embedding model is configured: the answer is by words.'

export function retrieveRoutes(app: DifyApp, { bases, datasets }: DifyKnowledgeParts): void {
  for (const path of ['retrieve', 'hit-testing'])
    app.post(`/v1/datasets/:dataset/${path}`, async (context) => {
      const key = context.get('key')
      const base = await baseFor(key, bases, context.req.param('dataset'))
      const input = check(Retrieve, await jsonOf(context))
      const model = RetrievalModel.parse(input.retrieval_model ?? base.spec.dify.retrieval_model ?? {})
      const found = await datasets.search({
        ...{ datasets: [base.id], text: input.query, principals: key.asker.principals, weights: weightsOf(model) },
        caller: { project: base.project, asker: key.asker },
        topK: model.top_k ?? input.top_k ?? standardTopK,
        threshold: model.score_threshold_enabled ? (model.score_threshold ?? 0) : 0,
      })
      const known = await datasets.facts.of(
        base.project,
        found.taken.map(({ candidate }) => candidate.document),
      )
      const records = found.taken.map((ranked) => toRecord(ranked, known.get(ranked.candidate.document)))
      const asksVectors = model.search_method === 'semantic_search' || model.search_method === 'hybrid_search'
      const reason = found.vectors ? found.vectors.skipped : noVectors
      return context.json({
        query: { content: input.query },
        records,
        // an addition to the contract: nobody shall think that vectors were used
        ...(asksVectors && reason !== undefined && { degraded: { search_method: 'full_text_search', reason } }),
      })
    })
}

/** Dify's weights as given; words alone where the method says so. */
function weightsOf({ search_method: method, weights }: RetrievalModel): Weights {
  if (method === 'full_text_search' || method === 'keyword_search') return { words: 1, vectors: 0 }
  if (method === 'semantic_search') return { words: 0, vectors: 1 }
  const vectors = weights?.vector_setting?.vector_weight
  const words = weights?.keyword_setting?.keyword_weight
  if (vectors === undefined && words === undefined) return { words: 0.5, vectors: 0.5 }
  return { words: words ?? 1 - (vectors ?? 0), vectors: vectors ?? 1 - (words ?? 0) }
}
