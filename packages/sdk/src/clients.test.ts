import { expect, test } from 'vitest'
import { createAdminClient } from './admin.ts'
import { createChatClient } from './chat.ts'
import { createGatewayClient } from './gateway.ts'

/** Answers in order, and keeps what was asked. */
function script(...replies: (Response | Error)[]) {
  const asked: { url: string; method: string; headers: Record<string, string>; body: unknown }[] = []
  return {
    asked,
    fetch: async (url: string, { method = 'GET', headers, body }: RequestInit) => {
      asked.push({ url, method, headers: headers as Record<string, string>, body })
      const reply = replies.shift()
      if (!reply || reply instanceof Error) throw reply ?? new Error('nothing scripted')
      return reply
    },
  }
}
const me = { user: 'owner', csrf: 'token-1' }
const stream = (...data: string[]) =>
  new Response(data.map((one) => `data: ${one}\n\n`).join(''), { headers: { 'content-type': 'text/event-stream' } })

test('an operation is sent with its path, query and body, and the token of the last Me', async () => {
  const { asked, fetch } = script(
    Response.json(me),
    Response.json({ key: 'gh-x', view: {} }),
    Response.json({ items: [] }),
    new Response(null, { status: 204 }),
  )
  const client = createAdminClient({ base: 'http://here/', fetch, language: 'zh' })
  await client.signIn({ body: { user: 'owner', password: 'x' } })
  await client.createKey({ path: { consumer: 'a/b' }, body: { kind: 'app' } })
  await client.listCalls({ query: { limit: 5, end: 'blocked' } })
  expect(await client.removeGroup({ path: { group: 'g' } })).toBeUndefined()
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST http://here/api/session',
    'POST http://here/api/consumers/a%2Fb/keys',
    'GET http://here/api/calls?limit=5&end=blocked',
    'DELETE http://here/api/groups/g',
  ])
  expect(asked.map(({ headers }) => headers['x-csrf-token'])).toEqual([undefined, 'token-1', undefined, 'token-1'])
  expect(asked[1]).toMatchObject({ body: '{"kind":"app"}', headers: { 'content-type': 'application/json', 'accept-language': 'zh' } })
})

test('a file is sent as it is', async () => {
  const { asked, fetch } = script(Response.json({}))
  const file = new Blob(['# Title'], { type: 'text/markdown' })
  await createAdminClient({ base: '', fetch, csrf: 'c', token: 't' }).uploadDocument({
    path: { base: 'b' },
    query: { name: 'a b.md' },
    body: file,
  })
  expect(asked[0]).toMatchObject({
    url: '/api/bases/b/documents?name=a+b.md',
    body: file,
    headers: { 'content-type': 'text/markdown', authorization: 'Bearer t', 'x-csrf-token': 'c' },
  })
})

test.each([
  [
    'our own body',
    Response.json({ code: 'conflict', message: 'exists', details: { a: 1 }, trace: 'r-1' }, { status: 409 }),
    { code: 'conflict', message: 'exists', status: 409, details: { a: 1 }, trace: 'r-1' },
  ],
  [
    'a body with error around it',
    Response.json({ error: { code: 'blocked', message: 'no' } }, { status: 403 }),
    { code: 'blocked', message: 'no', status: 403 },
  ],
  ['a proxy’s page', new Response('<html>', { status: 503 }), { code: 'overloaded', status: 503 }],
  ['no answer', new TypeError('refused'), { code: 'network', status: 0 }],
])('%s becomes the one error', async (_, reply, expected) => {
  const { fetch } = script(reply)
  await expect(createAdminClient({ base: '', fetch }).me()).rejects.toMatchObject({ name: 'GatehouseError', ...expected })
})

test('an abort keeps its own reason', async () => {
  const { fetch } = script(new TypeError('aborted'))
  await expect(createAdminClient({ base: '', fetch }).me({ signal: AbortSignal.abort(new Error('left the page')) })).rejects.toThrow(
    'left the page',
  )
})

test('an answer of the chat comes event by event, and must end with its end', async () => {
  const text = '{"type":"text","text":"Hello"}'
  const whole = script(Response.json(me), stream(text, '{"type":"end","status":"complete"}'), stream(text))
  const client = createChatClient({ base: '', fetch: whole.fetch })
  await client.me()
  expect((await collect(client.ask('support', { query: 'Hi' }))).map(({ type }) => type)).toEqual(['text', 'end'])
  expect(whole.asked[1]).toMatchObject({
    url: '/chat/api/apps/support/messages',
    body: '{"query":"Hi"}',
    headers: { 'x-csrf-token': 'token-1' },
  })
  await expect(collect(client.ask('support', { query: 'Hi' }))).rejects.toMatchObject({ message: 'the answer broke off' })
})

test('a completion is whole, or streamed until [DONE]', async () => {
  const chunk = '{"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}'
  const { asked, fetch } = script(
    Response.json({ id: '1', choices: [] }),
    stream(chunk, '[DONE]'),
    stream(chunk),
    stream('{"error":{"code":"timeout","message":"too slow"}}'),
  )
  const { completions } = createGatewayClient({ base: 'http://here', token: 'gh-key', fetch }).chat
  const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] } as const
  expect(await completions.create(request)).toMatchObject({ id: '1' })
  expect(await collect(completions.stream(request))).toHaveLength(1)
  await expect(collect(completions.stream(request))).rejects.toMatchObject({ message: 'the stream broke off' })
  await expect(collect(completions.stream(request))).rejects.toMatchObject({ code: 'timeout' })
  expect(asked.map(({ body }) => JSON.parse(String(body)).stream)).toEqual([false, true, true, true])
  expect(asked[0]).toMatchObject({ url: 'http://here/v1/chat/completions', headers: { authorization: 'Bearer gh-key' } })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
