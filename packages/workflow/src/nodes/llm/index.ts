import { randomBytes } from 'node:crypto'
import type { ChatMessage, ChatRequest, Source } from '@gatehouse/contracts'
import { type AppError, defineNode, eventsOf, languageOf, type NodeContext, type Reply } from '@gatehouse/kernel'
import { z } from 'zod'
import type { Turn } from '../../system.ts'
import { CitationFilter } from './citation-filter.ts'
import { buildPrompt } from './prompt.ts'
import { nearestIn, refusalIn } from './refusal.ts'

const config = z.strictObject({
  model: z.string().min(1).meta({ title: 'Model', description: 'The public name of a route.', widget: 'route' }),
  messages: z
    .array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), text: z.string().min(1).meta({ widget: 'template' }) }))
    .max(50)
    .default([{ role: 'user', text: '{{#sys.query#}}' }])
    .meta({ title: 'Messages' }),
  sources: z.string().optional().meta({ title: 'Answer from', description: 'A knowledge-retrieval node before this one.', widget: 'node' }),
  memory: z
    .strictObject({ turns: z.int().min(0).max(50).default(0) })
    .prefault({})
    .meta({ title: 'Turns remembered' }),
  onWeak: z.enum(['refuse', 'ask']).default('refuse').meta({ title: 'When nothing fits the question' }),
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.int().min(1).max(1_000_000).optional(),
})
type Config = z.output<typeof config>

export const createLlm = (nonce: () => string = () => randomBytes(12).toString('hex')) =>
  defineNode({
    id: 'node.llm',
    version: 1,
    category: 'model',
    title: 'Model',
    summary: 'Asks a model. With sources it answers from them, with citations, or says honestly that they do not hold the answer.',
    config,
    output: z.object({ text: z.string(), refused: z.boolean(), citations: z.array(z.number()) }),
    async run({ config, context }) {
      const sources = config.sources === undefined ? undefined : ((context.value(config.sources, 'sources') ?? []) as readonly Source[])
      if (
        config.sources !== undefined &&
        config.onWeak === 'refuse' &&
        (sources!.length === 0 || context.value(config.sources, 'weak') === true)
      )
        return { output: await refuse(config.sources, context) }
      const prompt = buildPrompt({
        messages: config.messages,
        history: historyOf(config, context),
        ...(sources ? { sources } : {}),
        nonce: nonce(),
        question: questionOf(context),
      })
      const reply = await context.models.chat(requestOf(config, prompt, sources, context), context.exchange)
      return { output: await speak(reply, sources, context) }
    },
  })

/** The sentence is kept; the titles are shown once, because a kept one could be revoked tomorrow. */
async function refuse(node: string, context: NodeContext) {
  const language = languageOf(questionOf(context), context.value('sys', 'language') === 'zh' ? 'zh' : 'en')
  const text = refusalIn(language)
  const titles = (context.value(node, 'nearest') ?? []) as readonly string[]
  await context.emit.text(text)
  await context.emit.text(nearestIn(language, titles.slice(0, 3)), { transient: true })
  return { text, refused: true, citations: [] }
}

async function speak(reply: Reply, sources: readonly Source[] | undefined, context: NodeContext) {
  const filter = new CitationFilter(sources?.map(({ n }) => n) ?? [])
  const stop = () => reply.cancel(context.signal.reason as AppError)
  context.signal.addEventListener('abort', stop, { once: true })
  if (context.signal.aborted) stop()
  let text = ''
  const say = async (piece: string) => {
    text += piece
    if (sources) cite(filter.seen, sources, context)
    await context.emit.text(piece)
  }
  try {
    for await (const { text: delta } of eventsOf(reply)) if (delta) await say(sources ? filter.push(delta) : delta)
    if (sources) await say(filter.flush())
  } finally {
    context.signal.removeEventListener('abort', stop)
  }
  return { text, refused: false, citations: [...filter.seen] }
}

const cite = (numbers: readonly number[], sources: readonly Source[], { emit }: NodeContext) =>
  emit.citations(
    numbers.flatMap((n) => sources.filter((source) => source.n === n).map(({ reference }) => ({ n, reference }))),
    sources,
  )

function requestOf(
  config: Config,
  messages: readonly ChatMessage[],
  sources: readonly Source[] | undefined,
  context: NodeContext,
): ChatRequest {
  const { model, temperature, maxTokens } = config
  const raw = {
    model,
    messages,
    stream: true,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  }
  const termWeights =
    config.sources === undefined ? undefined : (context.value(config.sources, 'termWeights') as ChatRequest['termWeights'])
  return {
    operation: 'chat',
    model,
    messages,
    stream: true,
    raw,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(sources ? { sources } : {}),
    ...(termWeights ? { termWeights } : {}),
  }
}

const questionOf = (context: NodeContext) => String(context.value('sys', 'query') ?? '')
const historyOf = ({ memory }: Config, context: NodeContext) =>
  memory.turns === 0 ? [] : ((context.value('sys', 'history') ?? []) as readonly Turn[]).slice(-memory.turns)
