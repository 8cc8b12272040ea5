import type { ErrorCode } from '@gatehouse/contracts'
import { GatehouseError } from './error.ts'
import { readEvents } from './sse.ts'
import { createTransport, type TransportOptions } from './transport.ts'

export interface CompletionRequest {
  /** A route's model name, or `app/<name>`. */
  readonly model: string
  readonly messages: readonly {
    readonly role: 'system' | 'user' | 'assistant' | 'tool'
    readonly content: unknown
    readonly [field: string]: unknown
  }[]
  readonly [field: string]: unknown
}
export interface Completion {
  readonly id: string
  readonly model: string
  readonly choices: readonly {
    readonly index: number
    readonly message: { readonly role: string; readonly content: string | null; readonly [field: string]: unknown }
    readonly finish_reason: string | null
  }[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number }
}
export interface CompletionChunk {
  readonly id: string
  readonly choices: readonly {
    readonly index: number
    readonly delta: { readonly content?: string | null; readonly [field: string]: unknown }
    readonly finish_reason: string | null
  }[]
  readonly usage?: Completion['usage'] | null
}
interface Options {
  readonly signal?: AbortSignal
}
export interface GatewayClient {
  readonly chat: {
    readonly completions: {
      create(request: CompletionRequest, options?: Options): Promise<Completion>
      /** Chunk by chunk; a stream that ends without `[DONE]` throws, so a broken one never looks complete. */
      stream(request: CompletionRequest, options?: Options): AsyncGenerator<CompletionChunk, void, undefined>
    }
  }
}

/** The Model API in OpenAI's dialect. `token` is a consumer's key. */
export function createGatewayClient(options: TransportOptions & { readonly prefix?: string }): GatewayClient {
  const send = createTransport(options)
  const post = (body: object, signal: AbortSignal | undefined) =>
    send({ method: 'POST', path: `${options.prefix ?? ''}/v1/chat/completions`, body, signal })
  return {
    chat: {
      completions: {
        async create(request, { signal } = {}) {
          return (await (await post({ ...request, stream: false }, signal)).json()) as Completion
        },
        async *stream(request, { signal } = {}) {
          const response = await post({ ...request, stream: true }, signal)
          for await (const { data } of readEvents(response.body!)) {
            if (data === '[DONE]') return
            yield chunkOf(data)
          }
          throw new GatehouseError('upstream_failed', 'the stream broke off', { status: 200 })
        },
      },
    },
  }
}

function chunkOf(data: string): CompletionChunk {
  const chunk = JSON.parse(data) as CompletionChunk & { error?: { code?: ErrorCode; message?: string } }
  if (chunk.error)
    throw new GatehouseError(chunk.error.code ?? 'upstream_failed', chunk.error.message ?? 'the stream failed', { status: 200 })
  return chunk
}
