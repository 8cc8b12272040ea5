import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, type Call, type Provider, type Reply, type UpstreamRequest } from '@gatehouse/kernel'
import { aggregated } from './aggregate.ts'
import { embed } from './embeddings.ts'
import { Gathering, wholeReply } from './gathering.ts'
import { dialect, type Handling } from './handling.ts'
import { ModelList } from './models.ts'
import type { EmbeddingLimits, RerankPlace } from './offers.ts'
import { bodyOf, type Quirks } from './request.ts'
import { rerank } from './rerank.ts'
import { Streaming } from './streaming.ts'

export interface Connection extends Quirks {
  /** Absent: the vendor has no such models. */
  readonly embeddings?: EmbeddingLimits
  readonly reranking?: RerankPlace
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** True when its models think in streams only: blocking calls that ask for it are streamed from the vendor and gathered here. */
  readonly streamsThinking?: boolean
  /** Said beside a refused credential. */
  readonly keyHint?: string
  /** Sent as `api-version`, by vendors that want one. */
  readonly apiVersion?: string
}

/** A vendor that speaks OpenAI's chat completions, and what goes with them. */
export function createCompatible(connection: Connection): Provider {
  const url = new URL(connection.baseUrl)
  const base = url.pathname.replace(/\/+$/, '')
  const { origin } = url
  const credential = (secret: string) => (connection.auth === 'bearer' ? { authorization: `Bearer ${secret}` } : { 'api-key': secret })
  const headersOf = (secret: string) => ({ ...connection.headers, ...(secret && credential(secret)) })
  const query = connection.apiVersion === undefined ? '' : `?api-version=${connection.apiVersion}`
  const chatAtBase = `${base}/chat/completions`
  const atDeployment = connection.place === 'deployment'
  const pathOf = (operation: string, model: string) =>
    atDeployment ? `${base}/openai/deployments/${encodeURIComponent(model)}${operation}${query}` : `${base}${operation}`
  const refuse = (reject: (reason: Error) => void) =>
    connection.keyHint === undefined ? reject : (thrown: Error) => reject(hinted(thrown, connection.keyHint!))
  const chatHeaders = (secret: string) => ({
    secret,
    whole: { ...headersOf(secret), 'content-type': 'application/json', accept: 'application/json' },
    stream: { ...headersOf(secret), 'content-type': 'application/json', accept: 'text/event-stream' },
  })
  let known = chatHeaders('') // a target has one secret until its configuration changes
  /** Sends one body and reads one; for what is never streamed. */
  const postTo =
    (path: string) =>
    <Answer>(call: Call, body: Uint8Array | string, read: (body: Uint8Array) => Answer): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const headers = chatHeaders(call.secret).whole
        start(call, { origin, path, method: 'POST', headers, body, timeouts: call.timeouts }, new Gathering(read, resolve, refuse(reject)))
      })
  const { embeddings, reranking } = connection
  return {
    dialect,
    ...(embeddings && { embed: (request, call) => embed(request, call, embeddings, postTo(pathOf('/embeddings', call.model))) }),
    ...(reranking && {
      rerank: (request, call) =>
        rerank(request, call, reranking, postTo(reranking.from === 'origin' ? reranking.path : `${base}${reranking.path}`)),
    }),
    chat(asked, call) {
      if (asked.stream || !connection.streamsThinking || !isThinking(asked)) return ask(asked, call)
      const request = { ...asked, stream: true, raw: { ...asked.raw, stream: true } }
      return ask(request, { ...call, exchange: call.exchange.with({ request, body: noBytes }) }).then((reply) => aggregated(reply, asked))
    },
    models: (call) =>
      new Promise((resolve, reject) => {
        start(
          call,
          {
            origin,
            path: atDeployment ? `${base}/openai/models${query}` : `${base}/models`,
            method: 'GET',
            headers: headersOf(call.secret),
            timeouts: call.timeouts,
          },
          new ModelList(resolve, refuse(reject)),
        )
      }),
  }

  function ask(request: ChatRequest, call: Call): Promise<Reply> {
    const body = bodyOf(request, call.model, call.exchange.body, connection, call.dropped)
    if (known.secret !== call.secret) known = chatHeaders(call.secret)
    const headers = request.stream ? known.stream : known.whole
    return new Promise<Reply>((resolve, reject) => {
      const handler = request.stream
        ? new Streaming(request, resolve, refuse(reject))
        : new Gathering((read) => wholeReply(read, request), resolve, refuse(reject))
      const path = atDeployment ? pathOf('/chat/completions', call.model) : chatAtBase
      start(call, { origin, path, method: 'POST', headers, body, timeouts: call.timeouts }, handler)
    })
  }
}

function start(call: Call, request: UpstreamRequest, handler: Handling): void {
  const control = call.send(request, handler, call.exchange)
  handler.control = control
  call.exchange.onCancel((reason) => control.abort(reason)) // at every stage, also before the first byte
}

const noBytes = new Uint8Array()

/** A wish to think, in any of the forms that callers have for it. */
function isThinking({ raw }: ChatRequest): boolean {
  const template = raw.chat_template_kwargs as { enable_thinking?: unknown } | null | undefined
  return raw.enable_thinking === true || (raw.enable_thinking === undefined && template?.enable_thinking === true)
}

/** A refused credential, with what its owner may have mixed up. */
function hinted(thrown: Error, hint: string): Error {
  if (!(thrown instanceof AppError) || (thrown.details.upstream !== 401 && thrown.details.upstream !== 403)) return thrown
  return new AppError(thrown.code, `${thrown.message}; ${hint}`, { cause: thrown, details: { ...thrown.details } })
}
