import { type Call, defineProvider, type Provider, type Reply, type UpstreamRequest } from '@gatehouse/kernel'
import { z } from 'zod'
import { Gathering } from '../openai/gathering.ts'
import type { Handling } from '../openai/handling.ts'
import { ModelList } from '../openai/models.ts'
import { countBody, messageBody } from './request.ts'
import { MessageStreaming } from './streaming.ts'
import { countReply, wholeReply } from './whole.ts'

export const dialect = 'anthropic'

const config = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'expected an http or https address' })
    .default('https://api.anthropic.com')
    .meta({ title: 'Base URL', description: 'Up to and without /v1/messages.' }),
  version: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('2023-06-01')
    .meta({ title: 'Version', description: 'Sent as anthropic-version.' }),
  /** Sent with every request. Secrets belong into the credentials. */
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header'), z.string())
    .default({})
    .meta({ title: 'Headers' }),
})

/** The Messages API. Callers of the same dialect get its bytes; for all others it is written from the canonical form, and back into it. */
export const anthropicProvider = defineProvider({
  id: 'provider.anthropic',
  title: 'Anthropic',
  summary: 'The Anthropic Messages API.',
  environment: 'ANTHROPIC_API_KEY',
  config,
  create: createMessages,
})

function createMessages({ baseUrl, version, headers: extra }: z.output<typeof config>): Provider {
  const { origin, pathname } = new URL(baseUrl)
  const base = pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
  const headersOf = (secret: string) => ({ ...extra, 'anthropic-version': version, ...(secret && { 'x-api-key': secret }) })
  const post = (call: Call, path: string, body: Uint8Array | string, accept: string, more: Readonly<Record<string, string>> = {}) => {
    const headers = { ...headersOf(call.secret), ...more, 'content-type': 'application/json', accept }
    return { origin, path: `${base}${path}`, method: 'POST', headers, body, timeouts: call.timeouts } as const
  }
  return {
    dialect,
    chat(request, call) {
      const body = messageBody(request, call.model, call.exchange.body)
      return new Promise<Reply>((resolve, reject) => {
        if (request.stream)
          start(
            call,
            post(call, '/v1/messages', body, 'text/event-stream', request.headers),
            new MessageStreaming(request, resolve, reject),
          )
        else {
          const handler = new Gathering((read) => wholeReply(read, request), resolve, reject)
          start(call, post(call, '/v1/messages', body, 'application/json', request.headers), handler)
        }
      })
    },
    countTokens(request, call) {
      const body = countBody(request, call.model)
      return new Promise<Reply>((resolve, reject) =>
        start(
          call,
          post(call, '/v1/messages/count_tokens', body, 'application/json', request.headers),
          new Gathering(countReply, resolve, reject),
        ),
      )
    },
    models: (call) =>
      new Promise((resolve, reject) => {
        const headers = headersOf(call.secret)
        const path = `${base}/v1/models?limit=1000`
        start(call, { origin, path, method: 'GET', headers, timeouts: call.timeouts }, new ModelList(resolve, reject))
      }),
  }
}

function start(call: Call, request: UpstreamRequest, handler: Handling): void {
  const control = call.send(request, handler, call.exchange)
  handler.control = control
  call.exchange.onCancel((reason) => control.abort(reason)) // at every stage, also before the first byte
}
