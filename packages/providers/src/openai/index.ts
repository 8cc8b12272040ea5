import type { Call, Provider, Reply, UpstreamRequest } from '@gatehouse/kernel'
import { Gathering } from './gathering.ts'
import { dialect, type Handling } from './handling.ts'
import { ModelList } from './models.ts'
import { bodyOf, type Quirks } from './request.ts'
import { Streaming } from './streaming.ts'

export interface Connection extends Quirks {
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
}

/** A vendor that speaks OpenAI's chat completions. */
export function createCompatible(connection: Connection): Provider {
  const url = new URL(connection.baseUrl)
  const base = url.pathname.replace(/\/+$/, '')
  const requestOf = (path: string, method: 'GET' | 'POST', call: Call): UpstreamRequest => ({
    origin: url.origin,
    path: base + path,
    method,
    headers: { ...connection.headers, ...(call.secret && { authorization: `Bearer ${call.secret}` }) },
    timeouts: call.timeouts,
  })
  return {
    dialect,
    chat(request, call) {
      const body = bodyOf(request, call.model, call.exchange.body, connection)
      const plain = requestOf('/chat/completions', 'POST', call)
      const headers = {
        ...plain.headers,
        'content-type': 'application/json',
        accept: request.stream ? 'text/event-stream' : 'application/json',
      }
      return new Promise<Reply>((resolve, reject) => {
        const handler = request.stream ? new Streaming(request, resolve, reject) : new Gathering(request, resolve, reject)
        start(call, { ...plain, headers, body }, handler)
      })
    },
    models: (call) =>
      new Promise((resolve, reject) => {
        start(call, requestOf('/models', 'GET', call), new ModelList(resolve, reject))
      }),
  }
}

function start(call: Call, request: UpstreamRequest, handler: Handling): void {
  const control = call.send(request, handler, call.exchange)
  handler.control = control
  call.exchange.onCancel((reason) => control.abort(reason)) // at every stage, also before the first byte
}
