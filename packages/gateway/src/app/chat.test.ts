import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppSpec, type ChatEvent, UserSpec } from '@gatehouse/contracts'
import { AppError, type Exchange, type Handler, PushReply, ReplyEvent, type Sessions } from '@gatehouse/kernel'
import { afterEach, expect, test } from 'vitest'
import type { AppTarget, Snapshot } from '../snapshot.ts'
import { type ChatOptions, createChat } from './chat.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const text = (value: string) => new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text: value }] })

interface House {
  handler: Handler
  users?: Record<string, object>
  check?: () => void
}
async function house({ handler, users = { mara: { groups: ['people'] } }, check = () => {} }: House) {
  const target = (name: string, access: string[]): AppTarget => ({
    kind: 'app',
    id: name,
    version: 1,
    name,
    content: 'full',
    // no guard runs here
    policy: { id: 'none@0', spec: {} as never, stages: {} },
    spec: AppSpec.parse({ graph: { nodes: [], edges: [] } }),
    access: new Set(access),
  })
  const parsed = Object.entries(users).map(([name, spec]) => [`default/${name}`, UserSpec.parse(spec)] as const)
  const snapshot = {
    users: new Map(parsed),
    apps: new Map([target('handbook', ['everyone']), target('payroll', ['group:finance'])].map((app) => [`default/${app.name}`, app])),
    limitsOf: (_project: string, consumer: string) => [{ id: `${consumer}:requests`, unit: 'requests', most: 9, window: 60_000 }],
  } as unknown as Snapshot // only what the chat asks it for
  const sessions = {
    verify: async (token: string) =>
      token === 't-mara' ? { id: 's', audience: 'chat', user: 'mara', csrf: 'c', expiresAt: 9e15 } : undefined,
  } as unknown as Sessions
  const records: { exchange: Exchange; end: string; status: number }[] = []
  const chat = createChat({
    snapshot: () => snapshot,
    project: 'default',
    sessions,
    handler,
    record: (exchange, { end }, written) => {
      records.push({ exchange, end, status: exchange.notes.status })
      setImmediate(written)
    },
    journal: { check },
    clock: { now: () => 1_000 },
    isSecure: () => false,
    maySignIn: () => true,
    isOurHost: (host) => host.startsWith('127.0.0.1:'),
    addressOf: () => '',
  } as Partial<ChatOptions> as ChatOptions) // the stores are for the API, which has tests of its own
  const server = createServer((request, response) => {
    if (!chat.ask(request, response)) response.writeHead(418).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const send = (
    body: string,
    {
      headers = {},
      path = '/chat/api/apps/handbook/messages',
      method = 'POST',
    }: { headers?: Record<string, string>; path?: string; method?: string } = {},
  ) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { cookie: 'gatehouse-chat=t-mara', 'x-csrf-token': 'c', ...headers },
    })
    request.on('error', () => {})
    request.end(body)
    return { request, response: new Promise<IncomingMessage>((resolve) => request.on('response', resolve)) }
  }
  const ask = async (question: object, more?: Parameters<typeof send>[1]) => {
    const response = await send(JSON.stringify(question), more).response
    let body = ''
    for await (const read of response.setEncoding('utf8')) body += read
    return { status: response.statusCode, headers: response.headers, body, events: eventsIn(body) }
  }
  return { ask, send, records }
}
const eventsIn = (body: string): ChatEvent[] =>
  body
    .split('\n\n')
    .filter((block) => block.startsWith('data: '))
    .map((block) => JSON.parse(block.slice(6)))

const saying =
  (...pieces: string[]): Handler =>
  (exchange) => {
    exchange.notes.message = 'm'
    exchange.notes.conversation = 'c'
    const reply = new PushReply('gatehouse')
    reply.pushEvents(pieces.map(text))
    reply.end({ end: 'complete', finish: 'stop' })
    return reply
  }

test('a question streams its answer, as the person and on the account of the chat app', async () => {
  const { ask, records } = await house({ handler: saying('Five ', 'days.') })
  const { status, headers, events } = await ask({ query: 'How many?', conversation: 'c' })
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/event-stream; charset=utf-8', 'no-store'])
  const { id } = records[0]!.exchange
  expect(headers['x-gatehouse-trace']).toBe(id)
  expect(events).toEqual([
    { type: 'start', message: 'm', conversation: 'c', trace: id },
    { type: 'text', text: 'Five days.' },
    { type: 'end', status: 'complete' },
  ])
  expect(records[0]).toMatchObject({
    end: 'complete',
    status: 200,
    exchange: {
      project: 'default',
      asker: { consumer: 'chat', user: 'mara', principals: ['user:mara', 'group:people', 'everyone'] },
      request: { operation: 'app', app: 'handbook', query: 'How many?', conversation: 'c' },
      limits: [{ id: 'chat:requests' }],
      notes: { dialect: 'chat', replyText: 'Five days.' },
    },
  })
})

test('titles that are shown once are not kept as content', async () => {
  const handler: Handler = () => {
    const reply = new PushReply('gatehouse')
    reply.pushEvents([
      text('No.'),
      new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text: ' Nearest: Payroll' }], transient: true }),
    ])
    reply.end({ end: 'complete' })
    return reply
  }
  const { ask, records } = await house({ handler })
  expect((await ask({ query: 'q' })).events.slice(1, 3)).toEqual([
    { type: 'text', text: 'No.' },
    { type: 'text', text: ' Nearest: Payroll', passing: true },
  ])
  expect(records[0]!.exchange.notes.replyText).toBe('No.')
})

test.each<[string, Record<string, string>, number, string]>([
  ['no session', { cookie: '' }, 401, 'unauthorized'],
  ['a session of somebody unknown', { cookie: 'gatehouse-chat=t-other' }, 401, 'unauthorized'],
  ['no token of our pages', { 'x-csrf-token': '' }, 403, 'forbidden'],
  ['a page of another site', { origin: 'https://evil.example' }, 403, 'forbidden'],
  ['a host name that is not ours', { host: 'evil.example' }, 403, 'forbidden'],
])('%s is refused before anything runs', async (_name, headers, status, code) => {
  const { ask, records } = await house({ handler: saying('never') })
  const refused = await ask({ query: 'q' }, { headers })
  expect([refused.status, JSON.parse(refused.body).error.code]).toEqual([status, code])
  expect(records).toEqual([])
})

test('a disabled person is signed out at once', async () => {
  const { ask } = await house({ handler: saying('never'), users: { mara: { disabled: true } } })
  expect((await ask({ query: 'q' })).status).toBe(401)
})

test('an app that may not be opened, and one that does not exist, answer the same', async () => {
  const { ask } = await house({ handler: saying('never') })
  const answers = await Promise.all(
    ['payroll', 'nothing'].map((app) =>
      ask({ query: 'q' }, { path: `/chat/api/apps/${app}/messages`, headers: { 'accept-language': 'zh' } }),
    ),
  )
  for (const { status, body } of answers) expect([status, body]).toEqual([404, '{"error":{"code":"not_found","message":"没有找到。"}}'])
})

test('a wrong body and a full disk are refused with their code', async () => {
  const { ask, send } = await house({ handler: saying('never') })
  expect(await ask({ query: '' })).toMatchObject({ status: 400 })
  expect((await send('x'.repeat(300_000)).response).statusCode).toBe(413)
  const full = await house({
    handler: saying('never'),
    check: () => {
      throw new AppError('overloaded', 'the disk is full')
    },
  })
  expect(await full.ask({ query: 'q' })).toMatchObject({ status: 503 })
})

test('a question refused by policy is answered with the policy’s words', async () => {
  const blocked: Handler = () => {
    throw new AppError('blocked', 'rule x', { details: { message: { en: 'Not that.', zh: '不行。' } } })
  }
  const { ask, records } = await house({ handler: blocked })
  const { status, events } = await ask({ query: 'q' })
  expect([status, events.map(({ type }) => type), events[1]]).toEqual([
    200,
    ['start', 'refused', 'end'],
    { type: 'refused', message: 'Not that.' },
  ])
  expect(records[0]).toMatchObject({ end: 'blocked', status: 200 })
})

test('a limit that is reached is a JSON error with its status', async () => {
  const limited: Handler = () => Promise.reject(new AppError('quota_exceeded', 'no'))
  const { ask, records } = await house({ handler: limited })
  expect(await ask({ query: 'q' })).toMatchObject({
    status: 429,
    body: '{"error":{"code":"quota_exceeded","message":"Too many requests; please wait a moment."}}',
  })
  expect(records[0]).toMatchObject({ end: 'failed', status: 429 })
})

test('a person who leaves in mid-stream stops the run at once, and it is on record', async () => {
  let cancelled: (code: string) => void = () => {}
  const reached = new Promise<string>((resolve) => {
    cancelled = resolve
  })
  const handler: Handler = () => {
    const reply = new PushReply('gatehouse', { cancel: ({ code }) => cancelled(code) })
    reply.pushEvents([text('Five ')])
    return reply
  }
  const { send, records } = await house({ handler })
  const { request, response } = send(JSON.stringify({ query: 'q' }))
  await new Promise((resolve) => response.then((each) => each.once('data', resolve)))
  request.destroy()
  expect(await reached).toBe('cancelled')
  expect(records).toMatchObject([{ end: 'cancelled' }])
})

test('a slow reader pauses the answer, and gets all of it when it reads on', async () => {
  let paused: () => void = () => {}
  const full = new Promise<void>((resolve) => {
    paused = resolve
  })
  const handler: Handler = () => {
    const reply = new PushReply('gatehouse', { pause: () => paused() })
    void (async () => {
      for (let piece = 0; piece < 1_000; piece++) {
        if (!reply.pushEvents([text('x'.repeat(10_000))])) await reply.ready()
      }
      reply.end({ end: 'complete' })
    })()
    return reply
  }
  const { send } = await house({ handler })
  const response = await send(JSON.stringify({ query: 'q' })).response
  await full // nobody reads yet
  let body = ''
  for await (const read of response.setEncoding('utf8')) body += read
  const said = eventsIn(body)
  expect(said.reduce((sum, event) => sum + (event.type === 'text' ? event.text.length : 0), 0)).toBe(10_000_000)
  expect(said.at(-1)).toEqual({ type: 'end', status: 'complete' })
})

test('everything but a question is left alone', async () => {
  const { ask } = await house({ handler: saying('never') })
  expect(await ask({}, { path: '/chat/api/me' })).toMatchObject({ status: 418 })
  expect(await ask({}, { method: 'PUT' })).toMatchObject({ status: 418 })
})
