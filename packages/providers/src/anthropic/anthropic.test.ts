import { readFileSync } from 'node:fs'
import type { ChatDialect, ChatMessage, ChatRequest } from '@gatehouse/contracts'
import { Exchange, emptyNotes, Registry, type ReplyEvent, type Send, type UpstreamRequest } from '@gatehouse/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { providers } from '../index.ts'
import { messageBody } from './request.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.sse`, import.meta.url))
const timeouts = { connect: 1, firstByte: 1, idle: 1, total: 1 }
const own: ChatDialect = { name: 'anthropic', canonical: () => ({ messages: [] }), mapTexts: (raw) => raw }
const requestOf = (raw: Record<string, unknown>, more: Partial<ChatRequest> = {}): ChatRequest => ({
  operation: 'chat',
  model: 'public',
  messages: raw.messages as ChatMessage[],
  stream: raw.stream === true,
  raw,
  maxTokens: 9000,
  ...more,
})
const question = { model: 'public', messages: [{ role: 'user', content: 'Hi' }], stream: true }

async function play(reads: readonly Buffer[], more: Partial<ChatRequest>) {
  const asked: UpstreamRequest[] = []
  const send: Send = (request, handler) => {
    asked.push(request)
    queueMicrotask(() => {
      handler.head(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      for (const read of reads) handler.data(read)
      handler.end()
    })
    return { pause() {}, resume() {}, abort() {} }
  }
  const request = requestOf(question, more)
  const exchange = new Exchange({
    id: 'call',
    project: 'default',
    asker: { consumer: 'tests', principals: [] },
    target: { kind: 'route', name: 'r', content: 'off', policy: { id: 'p@0', spec: {} as never, stages: {} } },
    request,
    body: Buffer.from(JSON.stringify(question)),
    limits: [],
    notes: emptyNotes('anthropic'),
  })
  const provider = new Registry(providers)
    .get('provider.anthropic')
    .create({ baseUrl: 'https://vendor.example/v1/', version: '2023-06-01', headers: {} })
  const reply = await provider.chat(request, { model: 'theirs', secret: 'vendor-secret', timeouts, exchange, send })
  const events: ReplyEvent[] = []
  const outcome = await new Promise((resolve) => reply.pipe({ events: (batch) => events.push(...batch) > 0, end: resolve }, 'events'))
  const text: Record<string, string> = {}
  for (const event of events)
    for (const part of event.parts) text[`${part.lane} ${part.index}`] = (text[`${part.lane} ${part.index}`] ?? '') + part.text
  return { outcome, text, events, asked: asked[0]!, dialect: reply.dialect }
}

const expected = {
  'tool-use': {
    finish: { own: 'tool_use', canonical: 'tool_calls' },
    usage: { inputTokens: 472, outputTokens: 89, source: 'provider' },
    text: { 'text 0': "Okay, let's check" },
    json: '{"location": "San Francisco, CA"}',
  },
  thinking: {
    finish: { own: 'end_turn', canonical: 'stop' },
    usage: { inputTokens: 135, outputTokens: 40, source: 'provider' },
    text: { 'reasoning 0': 'I need the greatest common divisor — 欧几里得 🌿.', 'text 0': 'It is 21.' },
    json: undefined,
  },
} as const

for (const [name, { finish, usage, text, json }] of Object.entries(expected))
  for (const form of ['own', 'canonical'] as const)
    test(`${name}.sse says the same however it is cut, to a caller of ${form === 'own' ? 'its own dialect, bytes included' : 'another dialect'}`, async () => {
      const bytes = fixture(name)
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
          const at = [...new Set([0, ...cuts, bytes.length])].sort((a, b) => a - b)
          const reads = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
          const played = await play(reads, form === 'own' ? { dialect: own } : {})
          const call = json === undefined ? {} : { [form === 'own' ? 'tool-call 1' : 'tool-call 0']: json }
          expect(played.outcome).toEqual({ end: 'complete', finish: finish[form], usage })
          expect(played.text).toEqual({ ...text, ...call })
          expect(played.dialect).toBe(form === 'own' ? 'anthropic' : 'openai-chat')
          if (form === 'own') expect(Buffer.concat(played.events.map((event) => event.bytes!)).equals(bytes)).toBe(true)
          else expect(played.events.every((event) => event.bytes === undefined)).toBe(true)
        }),
        { numRuns: 60 },
      )
    })

test('what goes to the vendor: path, credential, version, beta features and body', async () => {
  const { asked } = await play([fixture('thinking')], { dialect: own, headers: { 'anthropic-beta': 'some-2026-01-01' } })
  expect(asked).toMatchObject({ origin: 'https://vendor.example', path: '/v1/messages', method: 'POST' })
  expect(asked.headers).toEqual({
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'some-2026-01-01',
    'x-api-key': 'vendor-secret',
    'content-type': 'application/json',
    accept: 'text/event-stream',
  })
  expect(String(asked.body)).toBe('{"max_tokens":9000,"model":"theirs","messages":[{"role":"user","content":"Hi"}],"stream":true}')
})

const written = (raw: Record<string, unknown>, more: Partial<ChatRequest> = {}) =>
  JSON.parse(String(messageBody(requestOf({ messages: [{ role: 'user', content: 'Hi' }], ...raw }, more), 'theirs', new Uint8Array())))

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['a temperature above one', { temperature: 1.7 }, { temperature: 1 }],
  ['a list of stops without empty ones', { stop: ['A', ' ', 'B'] }, { stop_sequences: ['A', 'B'] }],
  ['whom it is for', { user: 'mara' }, { metadata: { user_id: 'mara' } }],
  [
    'a schema for the answer',
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } } },
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
  ],
  ['an object as the answer', { response_format: { type: 'json_object' } }, { system: 'Answer with one JSON object and nothing else.' }],
  ['effort as a budget below the limit', { reasoning_effort: 'high' }, { thinking: { type: 'enabled', budget_tokens: 4500 } }],
  [
    'one tool by name',
    { tools: [tool('f')], tool_choice: { type: 'function', function: { name: 'f' } } },
    { tool_choice: { type: 'tool', name: 'f' } },
  ],
  [
    'calls one by one',
    { tools: [tool('f')], parallel_tool_calls: false },
    { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
  ],
  [
    'instructions from anywhere in front',
    { messages: [say('system', 'One.'), say('user', 'Hi'), say('developer', 'Two.')] },
    { system: 'One.\n\nTwo.', messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
  ],
  [
    'instructions alone as the question',
    { messages: [say('system', 'Go.')] },
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'Go.' }] }] },
  ],
  [
    'a beginning of the answer without the space at its end',
    { messages: [say('user', 'Hi'), say('assistant', 'Well, ')] },
    {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Well,' }] },
      ],
    },
  ],
])('the vendor gets %s', (_, raw, body) => {
  expect(written(raw)).toMatchObject(body)
})

test('thinking is not asked for where the vendor would refuse it', () => {
  expect(written({ reasoning_effort: 'low' }, { maxTokens: 1500 }).thinking).toBeUndefined()
  expect(written({ reasoning_effort: 'low', tools: [tool('f')], tool_choice: 'required' }).thinking).toBeUndefined()
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
  const midway = [
    say('user', 'Hi'),
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'a', content: 'x' },
  ]
  expect(written({ reasoning_effort: 'low', messages: midway }).thinking).toBeUndefined()
})

test.each<[string, Record<string, unknown>]>([
  ['"n" must be 1', { n: 2 }],
  ['not input_audio', { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] }],
  ['tools of type function only', { tools: [{ type: 'web_search' }] }],
  [
    'a data URL in base64 or an http address',
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///x' } }] }] },
  ],
])('what the vendor has no place for is refused: %s', (message, raw) => {
  expect(() => written(raw)).toThrow(message)
})

test('thinking of another vendor, which bears no signature, is left out of a conversation', () => {
  const messages = [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'text', text: 'Yes.' },
      ],
    },
  ]
  expect(written({ messages }, { dialect: own }).messages[1].content).toEqual([{ type: 'text', text: 'Yes.' }])
})

function tool(name: string) {
  return { type: 'function', function: { name, parameters: { type: 'object' } } }
}
function say(role: string, content: string) {
  return { role, content }
}
