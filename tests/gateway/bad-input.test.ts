import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assembly, assemble, key, resource, standard } from './assembly.ts'

let house: Assembly
beforeAll(async () => {
  house = await assemble({
    mostBytes: 64 * 1024,
    bodyDeadline: 150,
    resources: (origin) => [
      ...standard(origin),
      resource('Route', 'closed', { models: ['closed'], targets: [{ provider: 'scripted' }], consumers: ['somebody'] }),
      resource('Consumer', 'somebody', { keys: [{ secret: 'env:OLD_KEY', expiresAt: '2020-01-01T00:00:00Z' }] }),
      resource('Consumer', 'limited', {
        keys: [{ secret: 'env:LIMITED_KEY' }],
        limits: { requestsPerMinute: 2, tokensPerMinute: 100_000, concurrency: 1000 },
      }),
    ],
  })
})
afterAll(() => house.close())
const messages = [{ role: 'user', content: 'Hello' }]
const errorOf = async (response: Response) => ({ status: response.status, ...((await response.json()) as { error: object }).error })

test.each([
  ['no key', {}],
  ['an unknown key', { authorization: 'Bearer gh-unknown' }],
  ['an expired key', { authorization: 'Bearer gh-old' }],
  ['a key with something behind it', { authorization: `Bearer ${key}x` }],
  ['a key of other case', { authorization: `Bearer ${key.toUpperCase()}` }],
  ['another scheme', { authorization: `Basic ${key}` }],
])('%s is refused with 401, always in the same words', async (_, headers: Record<string, string>) => {
  const response = await fetch(`${house.url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'text', messages }),
  })
  expect(await errorOf(response)).toMatchObject({
    status: 401,
    code: 'invalid_api_key',
    message: expect.stringContaining('missing, unknown or expired'),
  })
})

test.each([
  ['malformed JSON', '{"model":', 'not valid JSON'],
  ['a list', '[1]', 'must be a JSON object'],
  ['an empty body', '', 'not valid JSON'],
  ['no model', '{"messages":[{"role":"user","content":"x"}]}', '"model" must be'],
  ['no messages', '{"model":"text"}', '"messages" must be'],
  ['a message without a role', '{"model":"text","messages":[{"content":"x"}]}', 'message 0 must be'],
  ['a stream that is no boolean', '{"model":"text","messages":[{"role":"user"}],"stream":"yes"}', '"stream" must be'],
  ['a limit that is no number', '{"model":"text","messages":[{"role":"user"}],"max_tokens":-1}', 'whole number from 1'],
  ['a field twice', '{"model":"text","messages":[{"role":"user","content":"evil","content":"good"}]}', 'names a field twice'],
  ['a field twice, once escaped', '{"model":"text","messages":[{"role":"user"}],"mod\\u0065l":"text"}', 'names a field twice'],
  [
    'endless nesting',
    `{"model":"text","messages":[{"role":"user","content":${'['.repeat(300)}${']'.repeat(300)}}]}`,
    'more than 200 levels',
  ],
])('%s is refused with 400 and a reason, on record, and reaches no vendor', async (_, body, reason) => {
  const before = house.upstream.requests.length
  const response = await house.chat(body)
  expect(await errorOf(response)).toMatchObject({ status: 400, code: 'invalid_request', message: expect.stringContaining(reason) })
  expect(house.journal.records.at(-1)).toMatchObject({
    status: 400,
    end: 'failed',
    consumer: 'tests',
    id: response.headers.get('x-gatehouse-trace'),
  })
  expect(house.upstream.requests.length).toBe(before)
})

test('broken UTF-8 is refused with 400', async () => {
  const body = Buffer.concat([
    Buffer.from('{"model":"text","messages":[{"role":"user","content":"'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}]}'),
  ])
  const response = await fetch(`${house.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body })
  expect(await errorOf(response)).toMatchObject({ status: 400, message: 'the body is not valid UTF-8' })
})

test('an oversized body is refused with 413, announced or not', async () => {
  const large = JSON.stringify({ model: 'text', messages: [{ role: 'user', content: 'x'.repeat(100_000) }] })
  expect(await errorOf(await house.chat(large))).toMatchObject({ status: 413, code: 'too_large' })
  const pieces = new ReadableStream({
    start(controller) {
      for (let at = 0; at < large.length; at += 10_000) controller.enqueue(new TextEncoder().encode(large.slice(at, at + 10_000)))
      controller.close()
    },
  })
  const chunked = await fetch(`${house.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: pieces,
    duplex: 'half',
  } as RequestInit)
  expect(await errorOf(chunked)).toMatchObject({ status: 413 })
})

test('a body that does not come is refused with 408', async () => {
  const socket = connect(Number(new URL(house.url).port), '127.0.0.1')
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-length: 100\r\n\r\n{"model"`)
  const answer = await new Promise<string>((resolve) => socket.once('data', (read) => resolve(read.toString())))
  socket.destroy()
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('did not arrive within')
})

test('an unknown model and one that is not open to the caller get the same answer, with the nearest name', async () => {
  const [unknown, closed] = await Promise.all(['asistant', 'closed'].map(assembleNamed))
  expect(unknown).toMatchObject({ status: 404, code: 'model_not_found', message: expect.stringContaining('did you mean assistant?') })
  expect(closed).toMatchObject({
    status: 404,
    code: 'model_not_found',
    message: expect.stringContaining('does not exist or is not open to you'),
  })
})

/** The same without the route for everything. */
async function assembleNamed(model: string) {
  const named = await assemble({
    resources: (origin) => [
      ...standard(origin).filter(({ name }) => name !== 'everything'),
      resource('Route', 'closed', { models: ['closed'], targets: [{ provider: 'scripted' }], consumers: ['somebody'] }),
      resource('Consumer', 'somebody', {}),
    ],
  })
  const error = await errorOf(await named.chat({ model, messages }))
  await named.close()
  return error
}

test('unknown paths, methods and prefixes are named', async () => {
  const at = (path: string, method = 'POST') =>
    fetch(house.url + path, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(method === 'POST' && { body: JSON.stringify({ model: 'text', messages }) }),
    })
  expect(await errorOf(await at('/v2/chat'))).toMatchObject({ status: 404, message: expect.stringContaining('/v2/chat') })
  const wrong = await at('/v1/chat/completions', 'GET')
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
  expect(await errorOf(await at('/team/v1/chat/completions'))).toMatchObject({
    status: 404,
    message: expect.stringContaining('no route has the path prefix /team'),
  })
})

test('a limit is refused with 429, says which and when to come back, and reaches no vendor', async () => {
  const ask = () => house.chat({ model: 'text', messages, max_tokens: 5 }, { authorization: 'Bearer gh-limited' })
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200])
  const before = house.upstream.requests.length
  const refused = await ask()
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await errorOf(refused)).toMatchObject({
    status: 429,
    code: 'rate_limit_exceeded',
    message: 'the limit of 2 requests a minute is reached',
  })
  expect(house.upstream.requests.length).toBe(before)
  expect(house.journal.records.at(-1)).toMatchObject({ status: 429, consumer: 'limited', end: 'failed' })
})

test('other surfaces are handed on, without headers that claim an identity', async () => {
  const other = await assemble({
    fallback: (match, headers) => ({ surface: match.surface, claimed: headers['x-mse-consumer'] ?? null, kept: headers['x-other'] }),
  })
  const response = await fetch(`${other.url}/v1/datasets`, { headers: { 'x-mse-consumer': 'admin', 'x-other': 'yes' } })
  expect(await response.json()).toEqual({ surface: 'dify', claimed: null, kept: 'yes' })
  await other.close()
})
