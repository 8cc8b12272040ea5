import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Assembly } from '../assembly.ts'
import { assembleDialects, key } from './house.ts'

let house: Assembly
beforeAll(async () => {
  house = await assembleDialects()
})
afterAll(() => house.close())

const sha = (bytes: string) => createHash('sha256').update(bytes).digest('hex')
const sent = () => house.upstream.requests.at(-1)!
const messages = [{ role: 'user', content: 'How many days – 多少天?' }]
const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(`${house.url}${path}`, { method: 'POST', headers: { 'x-api-key': key, ...headers }, body: text })
}

test('a message in which nothing has to change reaches the vendor byte for byte, and so does the answer', async () => {
  for (const stream of [false, true]) {
    const body = `{ "model":"thinking",\n"max_tokens": 7, "messages":${JSON.stringify(messages)},"system":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}],
      "thinking":{"type":"enabled","budget_tokens":1.024e3},"vendor_field":{"deep":[2.50]},"stream":${stream} }`
    const answer = await (await post('/claude/v1/messages', body)).text()
    expect(sha(sent().body)).toBe(sha(body))
    const direct = await (await fetch(`${house.upstream.origin}/v1/messages`, { method: 'POST', body })).text()
    expect(sha(answer)).toBe(sha(direct))
  }
})

test('only the model and the route’s limit are spliced in', async () => {
  const body = `{"messages":${JSON.stringify(messages)}, "model" : "assistant" ,"x":2.50}`
  await (await post('/claude/v1/messages', body)).text()
  expect(sent().body).toBe(`{"max_tokens":4096,${body.slice(1).replace('"assistant"', '"text"')}`)
})

test('beta features and the version: to a vendor of the dialect only', async () => {
  const headers = { 'anthropic-beta': 'some-2026-01-01,other-2026-02-02', 'anthropic-version': '2099-01-01' }
  await (await post('/claude/v1/messages', { model: 'text', max_tokens: 9, messages }, headers)).text()
  expect(sent().headers).toMatchObject({
    'anthropic-beta': headers['anthropic-beta'],
    'anthropic-version': '2023-06-01',
    'x-api-key': 'vendor-secret',
  })
  await (await post('/v1/messages', { model: 'text', max_tokens: 9, messages }, headers)).text()
  expect(sent().headers['anthropic-beta']).toBeUndefined()
  expect(sent().headers.authorization).toBe('Bearer vendor-secret')
})

test.each(['529', '429', '500', 'error-first'])(
  'a vendor that fails with %s is followed by the next, whatever it speaks',
  async (model) => {
    const answer = await post('/either/v1/messages', { model, max_tokens: 9, messages, stream: true })
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('event: message_stop')])
    expect(house.journal.records.at(-1)!.attempts.map(({ provider }) => provider)).toEqual(['claude', 'open'])
  },
)

test('an overload has its own status, and when to come back is passed on', async () => {
  const overloaded = await post('/claude/v1/messages', { model: '529', max_tokens: 9, messages })
  expect([overloaded.status, await overloaded.json()]).toMatchObject([529, { type: 'error', error: { type: 'overloaded_error' } }])
  const limited = await post('/claude/v1/messages', { model: '429', max_tokens: 9, messages })
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  expect(limited.headers.get('request-id')).toBe(limited.headers.get('x-gatehouse-trace'))
})

test.each([
  [{ max_tokens: 9, messages }, 'model'],
  [{ model: 'text', max_tokens: 9, messages: [] }, 'messages'],
  [{ model: 'text', max_tokens: 0, messages }, 'max_tokens'],
  [{ model: 'text', max_tokens: 9, messages: [{ role: 'tool', content: 'x' }] }, 'message 0'],
  [{ model: 'text', max_tokens: 9, messages: [{ role: 'user', content: 5 }] }, 'message 0'],
  [{ model: 'text', max_tokens: 9, messages, stream: 'yes' }, 'stream'],
])('a body that is wrong is refused in the caller’s dialect %#', async (body, word) => {
  const answer = await post('/claude/v1/messages', body)
  const { error, ...rest } = (await answer.json()) as { error: { type: string; message: string } }
  expect([answer.status, error.type, rest]).toMatchObject([400, 'invalid_request_error', { type: 'error' }])
  expect(error.message).toContain(word)
})

test('what only this dialect has a place for is refused when the route leads elsewhere, and passes when it does not', async () => {
  const document = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } }
  const asked = { model: 'text', max_tokens: 9, messages: [{ role: 'user', content: [document] }] }
  const elsewhere = await post('/v1/messages', asked)
  expect([elsewhere.status, await elsewhere.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining('a block of type document') } },
  ])
  expect((await post('/claude/v1/messages', asked)).status).toBe(200)
  const searching = { ...asked, messages, tools: [{ type: 'web_search_20260209', name: 'web_search' }] }
  expect((await post('/v1/messages', searching)).status).toBe(400)
})

test('a route with a vendor of either dialect serves what only one has a place for', async () => {
  const document = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } }
  const answer = await post('/last/v1/messages', { model: 'text', max_tokens: 9, messages: [{ role: 'user', content: [document] }] })
  expect(answer.status).toBe(200)
  expect(house.journal.records.at(-1)!.attempts.map(({ provider }) => provider)).toEqual(['open', 'claude'])
})

test('every frame is an event line and a data line, and silence is filled with pings of the dialect', async () => {
  const quiet = await assembleDialects({ keepAlive: 30, delay: 120, chunks: 3 })
  const body = JSON.stringify({ model: 'text', max_tokens: 9, messages, stream: true })
  const text = await (await fetch(`${quiet.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': key }, body })).text()
  await quiet.close()
  expect(text).toContain('event: ping\ndata: {"type": "ping"}\n\n')
  for (const block of text.split('\n\n').filter(Boolean)) expect(block).toMatch(/^event: [a-z_]+\ndata: \{.*\}$/)
  expect(text.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n')).toBe(true)
})
