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
  const { origin } = url
  const headersOf = (secret: string) => ({ ...connection.headers, ...(secret && { authorization: `Bearer ${secret}` }) })
  const chatPath = `${base}/chat/completions`
  const chatHeaders = (secret: string) => ({
    secret,
    whole: { ...headersOf(secret), 'content-type': 'application/json', accept: 'application/json' },
    stream: { ...headersOf(secret), 'content-type': 'application/json', accept: 'text/event-stream' },
  })
  let known = chatHeaders('') // a target has one secret until its configuration changes
  return {
    dialect,
    chat(request, call) {
      const body = bodyOf(request, call.model, call.exchange.body, connection)
      if (known.secret !== call.secret) known = chatHeaders(call.secret)
      const headers = request.stream ? known.stream : known.whole
      return new Promise<Reply>((resolve, reject) => {
        const handler = request.stream ? new Streaming(request, resolve, reject) : new Gathering(request, resolve, reject)
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
