import { defineProvider, type ProviderDefinition } from '@gatehouse/kernel'
import { z } from 'zod'
import { createCompatible } from './openai/index.ts'
import type { Quirks } from './openai/request.ts'

/** One row per vendor that speaks OpenAI's dialect; what is left out is as in `usual`. */
interface Row extends Partial<Quirks> {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly baseUrl?: string
  readonly environment?: string
}
const usual: Quirks = { limitField: 'max_tokens', asksUsage: true, omit: [] }

const rows: readonly Row[] = [
  {
    id: 'provider.openai',
    title: 'OpenAI',
    summary: 'The OpenAI API.',
    baseUrl: 'https://api.openai.com/v1',
    environment: 'OPENAI_API_KEY',
    limitField: 'max_completion_tokens', // its reasoning models refuse max_tokens
  },
  {
    id: 'provider.dashscope',
    title: 'DashScope',
    summary: 'Alibaba Cloud Model Studio in its OpenAI-compatible mode.',
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    environment: 'DASHSCOPE_API_KEY',
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
  },
  { id: 'provider.vllm', title: 'vLLM', summary: 'A vLLM server of your own.', baseUrl: 'http://127.0.0.1:8000/v1' },
  { id: 'provider.openai-compatible', title: 'OpenAI-compatible', summary: 'Any other server that speaks OpenAI chat completions.' },
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
  })
}

export const compatibleProviders: readonly ProviderDefinition[] = rows.map(({ id, title, summary, baseUrl, environment, ...quirks }) =>
  defineProvider({
    id,
    title,
    summary,
    ...(environment !== undefined && { environment }),
    config: configOf(baseUrl),
    create: ({ baseUrl: chosen, headers, omit, askForUsage }) => {
      const vendor = { ...usual, ...quirks }
      return createCompatible({
        ...vendor,
        baseUrl: chosen,
        headers,
        omit: [...vendor.omit, ...omit],
        asksUsage: vendor.asksUsage && askForUsage,
      })
    },
  }),
)
