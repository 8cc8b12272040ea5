import type { Call, Provider, Reply, UpstreamRequest } from '@gatehouse/kernel'
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
}

/** A vendor that speaks OpenAI's chat completions, and what goes with them. */
export function createCompatible(connection: Connection): Provider {
  const url = new URL(connection.baseUrl)
  const base = url.pathname.replace(/\/+$/, '')
  const { origin } = url
  const headersOf = (secret: string) => ({ ...connection.headers, ...(secret && { authorization: `Bearer ${secret}` }) })
  const chatPath = `${base}/chat/completions`
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
        start(call, { origin, path, method: 'POST', headers, body, timeouts: call.timeouts }, new Gathering(read, resolve, reject))
      })
  const { embeddings, reranking } = connection
  return {
    dialect,
    ...(embeddings && { embed: (request, call) => embed(request, call, embeddings, postTo(`${base}/embeddings`)) }),
    ...(reranking && {
      rerank: (request, call) =>
        rerank(request, call, reranking, postTo(reranking.from === 'origin' ? reranking.path : `${base}${reranking.path}`)),
    }),
    chat(request, call) {
      const body = bodyOf(request, call.model, call.exchange.body, connection)
      if (known.secret !== call.secret) known = chatHeaders(call.secret)
      const headers = request.stream ? known.stream : known.whole
      return new Promise<Reply>((resolve, reject) => {
        const handler = request.stream
          ? new Streaming(request, resolve, reject)
          : new Gathering((read) => wholeReply(read, request), resolve, reject)
        start(call, { origin, path: chatPath, method: 'POST', headers, body, timeouts: call.timeouts }, handler)
      })
    },
    models: (call) =>
      new Promise((resolve, reject) => {
        start(
          call,
          { origin, path: `${base}/models`, method: 'GET', headers: headersOf(call.secret), timeouts: call.timeouts },
          new ModelList(resolve, reject),
        )
      }),
  }
}

function start(call: Call, request: UpstreamRequest, handler: Handling): void {
  const control = call.send(request, handler, call.exchange)
  handler.control = control
  call.exchange.onCancel((reason) => control.abort(reason)) // at every stage, also before the first byte
}
