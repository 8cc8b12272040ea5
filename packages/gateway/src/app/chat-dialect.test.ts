import type { ChatEvent, EventPayload } from '@gatehouse/contracts'
import { AppError, Exchange, emptyNotes, ReplyEvent } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { ChatEncoder, decodeQuestion, encodeRefusal, messagesPath } from './chat-dialect.ts'

const body = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
function exchange() {
  const notes = emptyNotes('chat')
  notes.conversation = 'c'
  notes.message = 'm'
  return new Exchange({
    id: 'call',
    project: 'default',
    asker: { consumer: 'chat', user: 'mara', principals: [] },
    target: { kind: 'app', name: 'handbook', content: 'off', policy: { id: 'none@0', spec: {} as never, stages: {} } },
    request: decodeQuestion('handbook', body({ query: 'q' })),
    body: new Uint8Array(),
    limits: [],
    notes,
  })
}
const events = (stream: string): ChatEvent[] => {
  expect(stream === '' || stream.endsWith('\n\n')).toBe(true)
  return stream
    .split('\n\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line.replace(/^data: /, '')))
}
const event = (payload: EventPayload) => new ReplyEvent(payload)
const text = (value: string) => event({ kind: 'text', parts: [{ lane: 'text', index: 0, text: value }] })

test('a question becomes an app request', () => {
  expect(messagesPath.exec('/chat/api/apps/handbook/messages')?.[1]).toBe('handbook')
  expect(decodeQuestion('handbook', body({ query: 'How many?', conversation: 'c', inputs: { a: 1 } }))).toEqual({
    operation: 'app',
    app: 'handbook',
    inputs: { a: 1 },
    query: 'How many?',
    conversation: 'c',
    stream: true,
  })
})

test.each<[string, Uint8Array, string]>([
  ['no JSON', new TextEncoder().encode('{'), 'must be JSON'],
  ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'must be JSON in UTF-8'],
  ['an array', body([]), 'must be a JSON object'],
  ['an empty question', body({ query: '  ' }), 'query must be a text'],
  ['a mistyped field', body({ query: 'q', conversaton: 'c' }), 'unknown field'],
  ['a conversation that is no id', body({ query: 'q', conversation: 4 }), 'conversation must be'],
  ['inputs that are none', body({ query: 'q', inputs: [] }), 'inputs must be an object'],
])('%s is refused', (_name, bytes, message) => {
  expect(() => decodeQuestion('handbook', bytes)).toThrow(message)
})

test('a question that is too long is refused', () => {
  expect(() => decodeQuestion('handbook', body({ query: 'x'.repeat(40_000) }))).toThrow('32000')
})

test('an answer as a stream of events: neighbours of text join, why a node failed is not told', () => {
  const encoder = new ChatEncoder(exchange(), 'en')
  expect(events(encoder.start())).toEqual([{ type: 'start', message: 'm', conversation: 'c', trace: 'call' }])
  const batch = [
    event({ kind: 'app', app: { type: 'run-start', run: 'call' } }),
    event({ kind: 'app', app: { type: 'node-start', node: 'llm', use: 'node.llm', title: 'Write' } }),
    text('Five\n'),
    text('days [1]'),
    event({ kind: 'citation', citations: [{ n: 1, reference: {} as never }], titles: [{ n: 1, title: 'Leave' }] }),
    event({ kind: 'app', app: { type: 'node-end', node: 'llm', status: 'failed', duration: 4, error: 'upstream_failed: secret story' } }),
    event({ kind: 'finish', finish: 'stop' }),
  ]
  expect(events(encoder.events(batch))).toEqual([
    { type: 'node', node: 'llm', title: 'Write', status: 'running' },
    { type: 'text', text: 'Five\ndays [1]' },
    { type: 'citations', sources: [{ n: 1, title: 'Leave' }] },
    { type: 'node', node: 'llm', title: 'Write', status: 'failed', duration: 4 },
  ])
  expect(events(encoder.end({ end: 'complete' }))).toEqual([{ type: 'end', status: 'complete' }])
})

test('an end always comes, with the reason in the language of the reader', () => {
  const end = (outcome: Parameters<ChatEncoder['end']>[0], language: 'en' | 'zh' = 'en') =>
    events(new ChatEncoder(exchange(), language).end(outcome))
  const blocked = new AppError('blocked', 'rule injection.override', { details: { message: { en: 'Not that.', zh: '不行。' } } })
  expect(end({ end: 'blocked', error: blocked }, 'zh')).toEqual([
    { type: 'refused', message: '不行。' },
    { type: 'end', status: 'blocked' },
  ])
  expect(end({ end: 'failed', error: new AppError('internal', 'the table x is gone') })).toEqual([
    { type: 'error', code: 'internal', message: 'Something went wrong on our side.' },
    { type: 'end', status: 'failed' },
  ])
  expect(end({ end: 'failed' })[0]).toMatchObject({ type: 'error', code: 'internal' })
})

test('a refusal by policy before the first byte is a stream too; other errors are JSON with their status', () => {
  const refused = encodeRefusal(new AppError('blocked', 'x'), 'en', exchange())
  expect([refused.status, refused.type, events(refused.body).map(({ type }) => type)]).toEqual([
    200,
    'text/event-stream',
    ['start', 'refused', 'end'],
  ])
  expect(encodeRefusal(new AppError('quota_exceeded', 'x'), 'zh')).toEqual({
    status: 429,
    type: 'application/json',
    body: '{"error":{"code":"quota_exceeded","message":"请求过于频繁，请稍候。"}}',
  })
})

test('an answer that the server cut off says so; one that its reader left does not', () => {
  const encoder = new ChatEncoder(exchange(), 'en')
  const cut = encoder.end({ end: 'cancelled', error: new AppError('overloaded', 'x') })
  expect(events(cut).map(({ type }) => type)).toEqual(['error', 'end'])
  const left = encoder.end({ end: 'cancelled', error: new AppError('cancelled', 'x') })
  expect(events(left).map(({ type }) => type)).toEqual(['end'])
})
