import type { ChatRequest, EmbedRequest, RerankRequest, Timeouts } from '@gatehouse/contracts'
import type { z } from 'zod'
import type { Component } from './component.ts'
import type { Exchange } from './exchange.ts'
import type { Reply } from './reply.ts'

/** Speaks to one vendor. Holds no state between calls; a missing method means "this vendor does not offer it". */
export interface Provider {
  /** In which dialect its replies' bytes are. */
  readonly dialect: string
  /** Rejects before the first byte on 5xx, 429, a refused connection or a timeout, so that fallback sees it. */
  chat(request: ChatRequest, call: Call): Reply | Promise<Reply>
  /** A whole reply of kind `usage`, for a request in the provider's own dialect; the outcome has no usage, because nothing was used. */
  countTokens?(request: ChatRequest, call: Call): Promise<Reply>
  /** A whole reply of kind `vectors`: one per input, in order, all of one length. Splits what the vendor does not take at once. */
  embed?(request: EmbedRequest, call: Call): Promise<Reply>
  /** A whole reply of kind `scores`, best first. */
  rerank?(request: RerankRequest, call: Call): Promise<Reply>
  models?(call: Call): Promise<string[]>
}

/** What a call needs and a provider must not keep. */
export interface Call {
  /** The model name sent upstream. */
  readonly model: string
  readonly secret: string
  readonly timeouts: Timeouts
  /** Its `onCancel` aborts the upstream at once; its `body` is sent untouched when nothing changed it. */
  readonly exchange: Exchange
  readonly send: Send
  /** Told which fields of the request the vendor does not take; they were left out. */
  readonly dropped?: (fields: readonly string[]) => void
}

/** The pooled transport, or a replay in tests. Refuses a request of an exchange without a reservation. */
export type Send = (request: UpstreamRequest, handler: UpstreamHandler, exchange: Exchange) => UpstreamControl
export interface UpstreamRequest {
  /** Scheme, host and port. */
  readonly origin: string
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly timeouts: Timeouts
}
export interface UpstreamHandler {
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** False: full, please pause. */
  data(read: Uint8Array): boolean
  end(): void
  /** `timeout`, `upstream_failed` or the reason of a cancel. */
  fail(thrown: Error): void
}
export interface UpstreamControl {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

export interface ProviderDefinition<C extends z.ZodObject = z.ZodObject> extends Component<C> {
  /** The environment variable whose presence adds this vendor at first run, e.g. OPENAI_API_KEY. */
  readonly environment?: string
  create(config: z.output<C>): Provider
}
export const defineProvider = <C extends z.ZodObject>(definition: ProviderDefinition<C>): ProviderDefinition<C> => definition
