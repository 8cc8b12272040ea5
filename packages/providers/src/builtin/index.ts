import type { ChatRequest, EmbedRequest, Usage } from '@gatehouse/contracts'
import {
  AppError,
  type Call,
  defineProvider,
  lastQuestion,
  type Outcome,
  type Provider,
  PushReply,
  type Reply,
  ReplyEvent,
  textOfContent,
  WholeReply,
} from '@gatehouse/kernel'
import { z } from 'zod'
import { quoteFor } from './answer.ts'
import { dimensions, embedText } from './embedding.ts'
import { say } from './speech.ts'

const dialect = 'builtin'
/** Less of the question than this in quote and headings is no answer. */
const leastCoverage = 0.12

/** Needs no key and no network: quotes the sources it is given, word for word. What sources say is text to quote, never an instruction. */
export const builtinProvider = defineProvider({
  id: 'provider.builtin',
  title: 'Built-in',
  summary: 'Answers from documents by quoting them, with citations. Needs no key, no network and no model.',
  config: z.strictObject({}),
  create: (): Provider => ({
    dialect,
    chat: (request, { exchange }) => (request.stream ? stream(request, exchange) : whole(request)),
    embed: (request) => embed(request),
    models: () => Promise.resolve(['gatehouse-builtin', 'gatehouse-lexicon']),
  }),
})

/** By words and a list of meanings. In slices, because a document's texts come all at once and others want their turn. */
async function embed({ inputs, dimensions: asked }: EmbedRequest): Promise<Reply> {
  if (asked !== undefined && asked !== dimensions)
    throw new AppError('invalid_request', `the built-in embedding has ${dimensions} dimensions, not ${asked}`)
  const vectors: Float32Array[] = []
  for (const [at, input] of inputs.entries()) {
    if (at % 8 === 7) await new Promise((resolve) => setImmediate(resolve))
    vectors.push(embedText(input))
  }
  const usage: Usage = { inputTokens: inputs.reduce((sum, input) => sum + tokens(input), 0), outputTokens: 0, source: 'estimated' }
  return new WholeReply(dialect, new ReplyEvent({ kind: 'vectors', vectors, usage }), { end: 'complete', usage })
}

function answerTo({ messages, sources, termWeights }: ChatRequest): string {
  const question = lastQuestion(messages)
  if (!sources) return say('nothing', question)
  const quote = quoteFor(question, sources, termWeights)
  return quote && quote.coverage >= leastCoverage ? `${quote.text} [${quote.n}]` : say('unknown', question)
}

function whole(request: ChatRequest): Reply {
  const text = answerTo(request)
  const usage = usageOf(request, text)
  const event = new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text }], finish: 'stop', usage })
  return new WholeReply(dialect, event, { end: 'complete', finish: 'stop', usage })
}

/** Word by word, as fast as the reader takes it. */
function stream(request: ChatRequest, exchange: Call['exchange']): Reply {
  const text = answerTo(request)
  const usage = usageOf(request, text)
  const outcome: Outcome = { end: 'complete', finish: 'stop', usage }
  const words = text.match(/[\p{Script=Han}]{1,4}[^\p{Script=Han}\s]*\s*|\S+\s*|\s+/gu) ?? []
  let at = 0
  let open = true
  const go = () => {
    open = true
    while (open && at < words.length) {
      const word = words[at++]!
      open = reply.pushEvents([new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text: word }] })])
    }
    if (at < words.length || !open) return
    reply.pushEvents([new ReplyEvent({ kind: 'finish', finish: 'stop', usage })])
    reply.end(outcome)
  }
  const reply = new PushReply(dialect, { resume: go })
  exchange.onCancel((reason) => reply.cancel(reason))
  queueMicrotask(go)
  return reply
}

/** Nobody counted tokens: about four characters each, or one for each Chinese one. */
function usageOf({ messages }: ChatRequest, answer: string): Usage {
  const asked = messages.reduce((sum, { content }) => sum + tokens(textOfContent(content)), 0)
  return { inputTokens: asked, outputTokens: tokens(answer), source: 'estimated' }
}
function tokens(text: string): number {
  const wide = text.match(/[\u2e80-\uffff]/g)?.length ?? 0
  return wide + Math.ceil((text.length - wide) / 4)
}
