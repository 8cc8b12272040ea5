import type { EventPayload, RerankRequest } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'
import { isCount } from './openai-embeddings.ts'

const invalid = (param: string, message: string) => new AppError('invalid_request', message, { details: { param } })
const mostDocuments = 10_000

/** The form that Jina and Cohere share: texts, or objects with a text. */
export function decodeRerank(raw: Record<string, unknown>): RerankRequest {
  const { model, query, documents, top_n: topN } = raw
  if (typeof model !== 'string' || model === '') throw invalid('model', '"model" must be the name of a model')
  if (typeof query !== 'string' || query === '') throw invalid('query', '"query" must be a text')
  if (!Array.isArray(documents) || documents.length === 0) throw invalid('documents', '"documents" must be a list with at least one text')
  if (documents.length > mostDocuments)
    throw invalid('documents', `"documents" has ${documents.length} texts, at most ${mostDocuments} are allowed`)
  const texts = documents.map((each: unknown, at) => {
    const text = typeof each === 'string' ? each : (each as { text?: unknown } | null)?.text
    if (typeof text !== 'string') throw invalid(`documents.${at}`, `document ${at} must be a text or an object with a "text"`)
    return text
  })
  if (topN !== undefined && topN !== null && !isCount(topN)) throw invalid('top_n', '"top_n" must be a whole number from 1')
  const request = { operation: 'rerank', model, query, documents: texts, stream: false, raw } as const
  return isCount(topN) ? { ...request, topN } : request
}

export function encodeRerank({ scores = [], usage }: EventPayload, { model, documents, raw }: RerankRequest, id: string): string {
  const results = scores.map(({ index, score }) => ({
    index,
    relevance_score: score,
    ...(raw.return_documents === true && { document: { text: documents[index] } }),
  }))
  const tokens = usage?.inputTokens ?? 0
  return JSON.stringify({ id, model, results, usage: { prompt_tokens: tokens, total_tokens: tokens } })
}
