import { readFileSync } from 'node:fs'
import type { ChatRequest } from '@gatehouse/contracts'
import {
  type Call,
  Exchange,
  emptyNotes,
  Registry,
  type ReplyEvent,
  type Send,
  type UpstreamHandler,
  type UpstreamRequest,
} from '@gatehouse/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { providers } from '../index.ts'
import { bodyOf, stringAt } from './request.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.sse`, import.meta.url))
const timeouts = { connect: 1, firstByte: 1, idle: 1, total: 1 }

/** A transport that replays reads, and remembers what was asked. */
function replay(reads: readonly Buffer[]): { send: Send; asked: UpstreamRequest[] } {
  const asked: UpstreamRequest[] = []
  const send: Send = (request, handler: UpstreamHandler) => {
    asked.push(request)
    queueMicrotask(() => {
      handler.head(200, { 'content-type': 'text/event-stream' })
      for (const read of reads) handler.data(read)
      handler.end()
    })
    return { pause() {}, resume() {}, abort() {} }
  }
  return { send, asked }
}

const raw = { model: 'public', messages: [{ role: 'user', content: 'Hi' }], stream: true }
const request: ChatRequest = { operation: 'chat', ...raw, messages: raw.messages as ChatRequest['messages'], raw }

async function play(use: string, reads: readonly Buffer[], fields?: object) {
  const provider = new Registry(providers)
    .get(use)
    .create({ baseUrl: 'https://vendor.example/base/v1/', headers: {}, omit: [], askForUsage: true })
  const { send, asked } = replay(reads)
  const asking: ChatRequest = fields ? { ...request, stream: false, raw: { ...raw, stream: false, ...fields } } : request
  const exchange = new Exchange({
    id: 'call',
    project: 'default',
    asker: { consumer: 'tests', principals: [] },
    target: { kind: 'route', name: 'r', content: 'off', policy: { id: 'p@0', spec: {} as never, stages: {} } },
    request: asking,
    body: Buffer.from(JSON.stringify(asking.raw)),
    limits: [],
    notes: emptyNotes('openai-chat'),
  })
  const call: Call = { model: 'theirs', secret: 'vendor-secret', timeouts, exchange, send }
  const reply = await provider.chat(asking, call)
  const events: ReplyEvent[] = []
  const outcome = await new Promise((resolve) => reply.pipe({ events: (batch) => events.push(...batch) > 0, end: resolve }, 'events'))
  const text: Record<string, string> = {}
  for (const event of events)
    for (const part of event.parts) text[`${part.lane} ${part.index}`] = (text[`${part.lane} ${part.index}`] ?? '') + part.text
  return { outcome, text, asked: asked[0]!, bytes: Buffer.concat(events.map((event) => event.bytes ?? Buffer.alloc(0))) }
}

const estimate = {
  id: 'chatcmpl-usage',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'public',
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 6, total_tokens: 17 },
}
interface Expected {
  readonly outcome: object
  readonly text: object
  readonly repaired?: (sse: string) => string
}
const expected: Record<string, Expected> = {
  'openai-text': {
    outcome: { end: 'complete', finish: 'stop', usage: { inputTokens: 9, outputTokens: 12, source: 'provider' } },
    text: { 'text 0': 'Hello' },
  },
  'openai-tool-call': {
    outcome: { end: 'complete', finish: 'tool_calls' },
    text: { 'tool-call 0': '{"location":"Paris"}' },
    // ids on every delta, and our estimate where the vendor told no usage
    repaired: (sse: string) =>
      sse
        .replaceAll('}}]},"finish_reason":null', '},"id":"call_DdmO9pD3"}]},"finish_reason":null')
        .replace('"arguments":""},"id":"call_DdmO9pD3"}', '"arguments":""}}')
        .replace('data: [DONE]', `data: ${JSON.stringify(estimate)}\n\ndata: [DONE]`),
  },
  'dashscope-reasoning': {
    outcome: { end: 'complete', finish: 'stop', usage: { inputTokens: 22, outputTokens: 5, source: 'provider' } },
    text: { 'reasoning 0': '用户', 'text 0': '需' },
  },
}
for (const [name, { outcome, text, repaired }] of Object.entries(expected))
  test(`${name}.sse says the same however it is cut, and its bytes stay${repaired ? ' but for what strict clients need' : ''}`, async () => {
    const bytes = fixture(name)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const at = [...new Set([0, ...cuts, bytes.length])].sort((a, b) => a - b)
        const played = await play(
          'provider.openai-compatible',
          at.slice(1).map((end, index) => bytes.subarray(at[index], end)),
        )
        expect(played).toMatchObject({ outcome, text })
        expect(played.bytes.toString()).toBe(repaired?.(bytes.toString()) ?? bytes.toString())
      }),
      { numRuns: 60 },
    )
  })

test('what goes to the vendor: path, credential, model, limit and the wish for usage', async () => {
  const { asked } = await play('provider.openai-compatible', [fixture('openai-text')])
  expect({ ...asked, body: String(asked.body) }).toMatchInlineSnapshot(`
    {
      "body": "{"stream_options":{"include_usage":true},"model":"theirs","messages":[{"role":"user","content":"Hi"}],"stream":true}",
      "headers": {
        "accept": "text/event-stream",
        "authorization": "Bearer vendor-secret",
        "content-type": "application/json",
      },
      "method": "POST",
      "origin": "https://vendor.example",
      "path": "/base/v1/chat/completions",
      "timeouts": {
        "connect": 1,
        "firstByte": 1,
        "idle": 1,
        "total": 1,
      },
    }
  `)
})

const quirks = { limitField: 'max_completion_tokens', asksUsage: true, omit: [], rename: {}, thinking: 'as-is' } as const
test('a request a layer changed, or a vendor would refuse, is written anew', () => {
  const changed = {
    ...request,
    messages: [{ role: 'user' as const, content: '[redacted]' }],
    stream: false,
    raw: { ...raw, stream: false, logit_bias: {} },
  }
  expect(JSON.parse(String(bodyOf(changed, 'm', new Uint8Array(), quirks)))).toEqual({
    ...changed.raw,
    model: 'm',
    messages: changed.messages,
  })
  expect(String(bodyOf(changed, 'm', Buffer.from(JSON.stringify(changed.raw)), { ...quirks, omit: ['logit_bias'] }))).not.toContain(
    'logit_bias',
  )
})

test('other wishes in stream_options stay when usage is asked for', () => {
  const asking = { ...request, raw: { ...raw, stream_options: { include_obfuscation: false } } }
  const body = JSON.parse(String(bodyOf(asking, 'm', Buffer.from(JSON.stringify(asking.raw)), quirks)))
  expect(body.stream_options).toEqual({ include_obfuscation: false, include_usage: true })
})

test('the value of a top-level field is found exactly, wherever else the name stands', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (other, model) => {
      const body = Buffer.from(JSON.stringify({ ...other, nested: { model: 'no' }, text: '"model":"no"', model }))
      const found = stringAt(body, 'model')!
      expect(JSON.parse(body.toString('utf8', found.start, found.end))).toBe(model)
    }),
  )
})

test('a blocking call to a model that thinks in streams only is streamed from the vendor and comes back whole', async () => {
  const { asked, outcome, text, bytes } = await play('provider.dashscope', [fixture('dashscope-reasoning')], { enable_thinking: true })
  expect(JSON.parse(String(asked.body))).toMatchObject({ stream: true, enable_thinking: true, stream_options: { include_usage: true } })
  expect({ outcome, text }).toMatchObject(expected['dashscope-reasoning']!)
  expect(JSON.parse(bytes.toString())).toMatchObject({
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: '需', reasoning_content: '用户' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 22, completion_tokens: 5 },
  })
})

test('a tool call that was gathered from a stream is one call', async () => {
  const { bytes } = await play('provider.dashscope', [fixture('openai-tool-call')], { chat_template_kwargs: { enable_thinking: true } })
  expect(JSON.parse(bytes.toString()).choices[0]).toMatchObject({
    message: {
      tool_calls: [{ id: 'call_DdmO9pD3', type: 'function', function: { name: 'get_weather', arguments: '{"location":"Paris"}' } }],
    },
    finish_reason: 'tool_calls',
  })
})
