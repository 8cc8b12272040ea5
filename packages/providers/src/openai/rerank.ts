import type { RerankRequest, Score, Usage } from '@gatehouse/contracts'
import { AppError, type Call, type Reply, ReplyEvent, WholeReply } from '@gatehouse/kernel'
import { textOf } from './gathering.ts'
import { dialect } from './handling.ts'
import { inTurns, type Post, type RerankPlace, tokensIn } from './offers.ts'
import { tokensFrom } from './reply.ts'

/** Scores of all documents, best first; more than the vendor takes at once are scored in groups, for one model's scores compare. */
export async function rerank(request: RerankRequest, call: Call, { mostDocuments }: RerankPlace, post: Post): Promise<Reply> {
  const { documents, topN = documents.length } = request
  const groups: { readonly from: number; readonly texts: readonly string[] }[] = []
  for (let from = 0; from < documents.length; from += mostDocuments)
    groups.push({ from, texts: documents.slice(from, from + mostDocuments) })
  const parts = await inTurns(groups, ({ from, texts }) =>
    post(call, bodyOf(request, call, texts), (body) => read(body, request.query, texts, from)),
  )
  const scores = parts
    .flatMap((part) => part.scores)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, topN)
  const usage: Usage = {
    inputTokens: parts.reduce((sum, part) => sum + part.usage.inputTokens, 0),
    outputTokens: 0,
    source: parts.every((part) => part.usage.source === 'provider') ? 'provider' : 'estimated',
  }
  return new WholeReply(dialect, new ReplyEvent({ kind: 'scores', scores, usage }), { end: 'complete', usage })
}

function bodyOf({ raw, query }: RerankRequest, { model }: Call, texts: readonly string[]): string {
  const { return_documents: _, top_n: __, ...rest } = raw // what the texts are, we know; all scores are wanted to be merged
  return JSON.stringify({ ...rest, model, query, documents: texts, top_n: texts.length })
}

interface Answer {
  readonly results?: readonly ({ readonly index?: unknown; readonly relevance_score?: unknown } | null)[]
  readonly usage?: { readonly total_tokens?: unknown } | null
  readonly meta?: { readonly tokens?: { readonly input_tokens?: unknown } | null } | null
}

function read(bytes: Uint8Array, query: string, texts: readonly string[], from: number): { scores: Score[]; usage: Usage } {
  let source: Answer
  try {
    source = JSON.parse(textOf(bytes)) as Answer
  } catch (cause) {
    throw new AppError('upstream_failed', 'the vendor sent something that is not JSON', { cause })
  }
  if (!Array.isArray(source?.results)) throw new AppError('upstream_failed', 'the vendor sent no list of scores')
  const seen = new Set<number>()
  const scores = source.results.map((result: NonNullable<Answer['results']>[number]): Score => {
    const { index, relevance_score: score } = result ?? {}
    if (typeof index !== 'number' || !(index in texts) || seen.has(index) || typeof score !== 'number' || !Number.isFinite(score))
      throw new AppError('upstream_failed', 'the vendor sent a score that belongs to no document')
    seen.add(index)
    return { index: from + index, score }
  })
  const told = tokensFrom(source.usage?.total_tokens ?? source.meta?.tokens?.input_tokens)
  const usage: Usage =
    told !== undefined
      ? { inputTokens: told, outputTokens: 0, source: 'provider' }
      : {
          inputTokens: texts.reduce((sum, text) => sum + tokensIn(text) + tokensIn(query), 0),
          outputTokens: 0,
          source: 'estimated',
        }
  return { scores, usage }
}
