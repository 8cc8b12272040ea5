import { defineProvider, type ProviderDefinition } from '@gatehouse/kernel'
import { z } from 'zod'
import { createCompatible } from './openai/index.ts'
import type { EmbeddingLimits, RerankPlace } from './openai/offers.ts'
import type { Quirks } from './openai/request.ts'

/** One row per vendor that speaks OpenAI's dialect; what is left out is as in `usual`. */
interface Row extends Partial<Quirks> {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly baseUrl?: string
  readonly environment?: string
  /** Absent: the vendor has no such models. Transcribed from the vendors' public documentation in November 2026; unproved on their live servers. */
  readonly embeddings?: EmbeddingLimits
  readonly reranking?: RerankPlace
}
/** A server of one's own tells no limit: batches that finish soon. */
const unlimited: EmbeddingLimits = { mostInputs: 64, mostTokens: 100_000 }
const besideEmbeddings: RerankPlace = { path: '/rerank', from: 'base', mostDocuments: 500 }
const usual: Quirks = { limitField: 'max_tokens', asksUsage: true, omit: [] }

const rows: readonly Row[] = [
  {
    id: 'provider.openai',
    title: 'OpenAI',
    summary: 'The OpenAI API.',
    baseUrl: 'https://api.openai.com/v1',
    environment: 'OPENAI_API_KEY',
    limitField: 'max_completion_tokens', // its reasoning models refuse max_tokens
    embeddings: { mostInputs: 2048, mostTokens: 300_000 }, // API reference, create embeddings
  },
  {
    id: 'provider.dashscope',
    title: 'DashScope',
    summary: 'Alibaba Cloud Model Studio in its OpenAI-compatible mode.',
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    environment: 'DASHSCOPE_API_KEY',
    embeddings: { mostInputs: 10, mostTokens: 80_000 }, // Model Studio, text embedding: ten rows of 8,192 tokens
    reranking: { path: '/compatible-api/v1/reranks', from: 'origin', mostDocuments: 500 }, // Model Studio, text rerank
  },
  {
    id: 'provider.deepseek',
    title: 'DeepSeek',
    summary: 'The DeepSeek API.',
    baseUrl: 'https://api.deepseek.com/v1',
    environment: 'DEEPSEEK_API_KEY',
  },
  {
    id: 'provider.ollama',
    title: 'Ollama',
    summary: 'Models on this machine or in this network.',
    baseUrl: 'http://127.0.0.1:11434/v1',
    environment: 'OLLAMA_HOST',
    embeddings: unlimited,
  },
  {
    id: 'provider.vllm',
    title: 'vLLM',
    summary: 'A vLLM server of your own.',
    baseUrl: 'http://127.0.0.1:8000/v1',
    embeddings: unlimited,
    reranking: besideEmbeddings,
  },
  {
    id: 'provider.openai-compatible',
    title: 'OpenAI-compatible',
    summary: 'Any other server that speaks OpenAI chat completions.',
    embeddings: unlimited,
    reranking: besideEmbeddings,
  },
]

const headerName = z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header')

function configOf(baseUrl: string | undefined) {
  const url = z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .meta({ title: 'Base URL', description: 'Up to and without /chat/completions.' })
  return z.strictObject({
    baseUrl: baseUrl === undefined ? url : url.default(baseUrl),
    /** Sent with every request. Secrets belong into the credentials. */
    headers: z.record(headerName, z.string()).default({}).meta({ title: 'Headers' }),
    omit: z
      .array(z.string())
      .default([])
      .meta({ title: 'Fields to leave out', description: 'Fields of a request that this server refuses.' }),
    askForUsage: z.boolean().default(true).meta({ title: 'Ask for usage', description: 'Adds stream_options.include_usage to streams.' }),
    embedAtOnce: z
      .int()
      .min(1)
      .max(2048)
      .optional()
      .meta({ title: 'Texts embedded at once', description: 'Empty: what the vendor documents.' }),
  })
}

export const compatibleProviders: readonly ProviderDefinition[] = rows.map(({ id, title, summary, baseUrl, environment, ...quirks }) =>
  defineProvider({
    id,
    title,
    summary,
    ...(environment !== undefined && { environment }),
    config: configOf(baseUrl),
    create: ({ baseUrl: chosen, headers, omit, askForUsage, embedAtOnce }) => {
      const vendor = { ...usual, ...quirks }
      return createCompatible({
        ...vendor,
        ...(vendor.embeddings && embedAtOnce !== undefined && { embeddings: { ...vendor.embeddings, mostInputs: embedAtOnce } }),
        baseUrl: chosen,
        headers,
        omit: [...vendor.omit, ...omit],
        asksUsage: vendor.asksUsage && askForUsage,
      })
    },
  }),
)
