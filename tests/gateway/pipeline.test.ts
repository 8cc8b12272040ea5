import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, Exchange, emptyNotes, type Handler, PushReply, ReplyEvent, textOf, WholeReply } from '@gatehouse/kernel'
import { createTransport } from '@gatehouse/providers'
import { afterEach, expect, test } from 'vitest'
import { type Assembly, assemble, resource, standard } from './assembly.ts'

let house: Assembly
afterEach(() => house?.close())
const messages = [{ role: 'user' as const, content: 'Hello' }]
const json = async (response: Response) => (await response.json()) as { choices: unknown[] }
const chat = (model: string, stream = false) => ({ operation: 'chat' as const, model, messages, stream, raw: {} })

const parentOf = (target: Exchange['target'], limits: Exchange['limits'] = []) =>
  new Exchange({
    id: '01900000-0000-7000-8000-000000000001',
    project: 'default',
    asker: { consumer: 'tests', user: 'mara', principals: ['user:mara'] },
    target,
    request: { operation: 'app', app: 'helper', inputs: {}, query: 'Hello', stream: false },
    body: new Uint8Array(),
    limits,
    notes: emptyNotes('openai-chat'),
  })

test('no vendor is reached except through the pipeline, with a reservation', async () => {
  house = await assemble()
  const transport = createTransport()
  const exchange = parentOf(house.snapshot.routesOf('default').routes[0]!)
  const handler = { head() {}, data: () => true, end() {}, fail() {} }
  const timeouts = { connect: 100, firstByte: 100, idle: 100, total: 100 }
  const request = { origin: house.upstream.origin, path: '/v1/chat/completions', method: 'POST' as const, headers: {}, timeouts }
  expect(() => transport.send(request, handler, exchange)).toThrow('without a reservation')
  expect(transport.counts.begun).toBe(0)
  await transport.close()

  // and nothing but the transport opens a connection: no other file of the server's packages names a way to do so
  const root = join(import.meta.dirname, '../../packages')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /^(kernel|storage|providers|guards|gateway|workflow|admin)\/src\/.*\.ts$/.test(file) && !/\.test\.ts$|\/fixtures\//.test(file),
  )
  expect(files.length).toBeGreaterThan(20)
  const readsAddresses = /import \{ (?:(?:isIP|isIPv4|isIPv6|BlockList)(?:, )?)+ \} from 'node:net'/
  const opening = files.filter((file) =>
    /from 'undici'|= fetch\(|await fetch\(|from 'node:(net|tls|http2|https)'|\bhttps?\.request\(/.test(
      readFileSync(join(root, file), 'utf8').replace(readsAddresses, ''),
    ),
  )
  expect(opening.filter((file) => file !== 'providers/src/scripted/server.ts')).toEqual(['providers/src/transport.ts'])

  // every call that reached the vendor is on the ledger, and the sums agree
  for (const model of ['text', 'tools', '500', 'reset']) await (await house.chat({ model, messages })).text()
  expect(house.transport.counts.begun).toBe(4)
  const settled = [...house.counters.settled.values()].reduce((sum, { tokens = 0 }) => sum + tokens, 0)
  const recorded = house.journal.records.reduce((sum, { usage }) => sum + (usage ? usage.inputTokens + usage.outputTokens : 0), 0)
  expect([house.counters.settled.size, settled]).toEqual([4, recorded])
  expect(recorded).toBe(92)
})

test('a model call of an app runs as its asker under its id, on the same account, and reserves tokens only', async () => {
  house = await assemble({
    resources: (origin) => [
      ...standard(origin),
      resource('Consumer', 'limited', { limits: { requestsPerMinute: 1, tokensPerMinute: 50_000 } }),
    ],
  })
  const limits = house.snapshot.limitsOf('default', 'limited')
  const parent = parentOf(house.snapshot.routesOf('default').routes[0]!, limits)
  for (let times = 0; times < 3; times++) {
    const { text, outcome } = await textOf(await house.models.chat(chat('assistant', times > 0), parent))
    expect(text).toContain('scripted vendor answers')
    expect(outcome.usage).toMatchObject({ outputTokens: 34 })
  }
  expect(house.journal.records).toHaveLength(3)
  for (const record of house.journal.records)
    expect(record).toMatchObject({ parent: parent.id, user: 'mara', target: 'renamed', end: 'complete', reservation: { settled: 46 } })
  expect([...house.counters.settled.values()]).toEqual([{ tokens: 46 }, { tokens: 46 }, { tokens: 46 }])
  expect(JSON.parse(house.upstream.requests[0]!.body)).toEqual({ max_tokens: 4096, model: 'text', messages })
})

test('an app is told what its model calls used and cost, and settles none of it again', async () => {
  const app: Handler = async (exchange) => {
    for (const model of ['text', 'no-usage']) await textOf(await house.models.chat(chat(model, true), exchange))
    await house.models.embed({ operation: 'embed', model: 'vectors', inputs: ['four'], stream: false, raw: {} }, exchange)
    const reply = new PushReply('gatehouse')
    reply.end({ end: 'complete' })
    return reply
  }
  house = await assemble({
    app,
    resources: (origin) => [
      ...standard(origin).filter(({ kind }) => kind !== 'Provider'),
      resource('Provider', 'scripted', {
        use: 'provider.openai-compatible',
        config: { baseUrl: `${origin}/v1` },
        models: ['text', 'no-usage', 'vectors'].map((name) => ({ name, inputPrice: 2, outputPrice: 10 })),
      }),
      resource('App', 'helper', { graph: { nodes: [], edges: [] }, access: ['consumer:tests'] }),
    ],
  })
  await (await house.chat({ model: 'app/helper', messages })).text()
  const called = house.journal.records.filter(({ parent }) => parent !== undefined)
  const told = house.journal.records.find(({ operation }) => operation === 'app')!
  const sum = (of: (record: (typeof called)[number]) => number | undefined) => called.reduce((total, each) => total + (of(each) ?? 0), 0)
  expect(called.map(({ target, usage, cost }) => [target, usage !== undefined, cost! > 0])).toEqual(
    Array(3).fill(['everything', true, true]),
  )
  expect([told.usage, told.cost]).toEqual([
    { inputTokens: sum(({ usage }) => usage?.inputTokens), outputTokens: sum(({ usage }) => usage?.outputTokens), source: 'estimated' },
    sum(({ cost }) => cost),
  ])
  // the app settles the request, its calls the tokens
  expect(house.counters.settled.get(told.id)).toEqual({ requests: 1, tokens: 0 })
  const settled = [...house.counters.settled.values()].reduce((total, { tokens = 0 }) => total + tokens, 0)
  expect(settled).toBe(told.usage!.inputTokens + told.usage!.outputTokens)
})

test('a model call of an app is cancelled with the app call, before and after its first byte', async () => {
  house = await assemble({ delay: 5 })
  for (const model of ['stall', 'endless']) {
    const parent = parentOf(house.snapshot.routesOf('default').routes[0]!)
    const reply = house.models.chat(chat(model, true), parent)
    const ended = reply.then(textOf)
    ended.catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 60))
    parent.cancel(new AppError('cancelled', 'the caller left'))
    await expect(ended).rejects.toThrow('the caller left')
  }
  expect(house.journal.records.map(({ end }) => end)).toEqual(['cancelled', 'cancelled'])
  expect(house.counters.open()).toBe(0)
})

test('the model app/<name> asks an app, streaming and not, with its citations', async () => {
  const reference = { dataset: 'd', document: 'doc', version: 1, segment: 's', start: 0, end: 4, hash: 'h' }
  const app: Handler = (exchange) => {
    const reply = new PushReply('gatehouse')
    expect(exchange.request).toMatchObject({ operation: 'app', app: 'helper', query: 'Hello', inputs: {} })
    const say = (text: string) => new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text }] })
    reply.pushEvents([new ReplyEvent({ kind: 'app', app: { type: 'run-start', run: 'r' } }), say('Five '), say('days [1].')])
    reply.pushEvents([new ReplyEvent({ kind: 'citation', citations: [{ n: 1, reference }], titles: [{ n: 1, title: 'Leave policy' }] })])
    reply.end({ end: 'complete', usage: { inputTokens: 3, outputTokens: 4, source: 'provider' } })
    return reply
  }
  const graph = { nodes: [], edges: [] }
  house = await assemble({
    app,
    resources: (origin) => [
      ...standard(origin),
      resource('App', 'helper', { graph, access: ['consumer:tests'] }),
      resource('App', 'secret', { graph, access: ['group:people'] }),
    ],
  })
  const whole = await json(await house.chat({ model: 'app/helper', messages }))
  expect(whole.choices[0]).toMatchObject({ message: { role: 'assistant', content: 'Five days [1].' }, finish_reason: 'stop' })
  expect(whole).toMatchObject({ citations: [{ n: 1, reference, title: 'Leave policy' }], usage: { total_tokens: 7 } })
  const stream = await (await house.chat({ model: 'app/helper', messages, stream: true })).text()
  const frames = stream
    .split('\n\n')
    .filter(Boolean)
    .map((frame) => frame.slice(6))
  expect(frames.at(-1)).toBe('[DONE]')
  const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame))
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Five days [1].')
  expect(chunks.at(-2)).toMatchObject({ citations: [{ n: 1, title: 'Leave policy' }], choices: [{ finish_reason: 'stop' }] })
  expect(house.journal.records.at(-1)).toMatchObject({ operation: 'app', target: 'helper', model: 'app/helper' })
  expect((await house.chat({ model: 'app/secret', messages })).status).toBe(404)
})

test('a refusal is an answer: 200, the policy’s words, finish reason content_filter, as SSE for a stream, in the caller’s language', async () => {
  const message = { en: 'Not allowed here.', zh: '此处不允许。' }
  const blocking = () => {
    throw new AppError('blocked', 'blocked by injection.override', { details: { rule: 'injection.override', stage: 'input', message } })
  }
  house = await assemble({ layers: [blocking] })
  const whole = await house.chat({ model: 'text', messages }, { 'accept-language': 'zh-CN' })
  expect(whole.status).toBe(200)
  expect(await whole.json()).toMatchObject({
    object: 'chat.completion',
    choices: [{ message: { content: '此处不允许。' }, finish_reason: 'content_filter' }],
    usage: { total_tokens: 0 },
  })
  const stream = await house.chat({ model: 'text', messages, stream: true })
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  const text = await stream.text()
  expect(text).toContain('"content":"Not allowed here."')
  expect(text).toMatch(/"finish_reason":"content_filter"[\s\S]*"choices":\[\],"usage"[\s\S]*data: \[DONE\]\n\n$/)
  for (const record of house.journal.records) expect(record).toMatchObject({ end: 'blocked', status: 200, error: { code: 'blocked' } })
  expect(house.transport.counts.begun).toBe(0)
})

test('an event a layer changed is written anew with every field it had, the others leave as their bytes', async () => {
  house = await assemble({
    layers: [
      async (exchange, next) => {
        const inner = await next(exchange)
        if (inner.whole && inner.outcome)
          return new WholeReply(inner.dialect, inner.whole.withParts([{ lane: 'text', index: 0, text: 'CHANGED' }]), inner.outcome)
        const outer = new PushReply(inner.dialect, {
          pause: () => inner.pause(),
          resume: () => inner.resume(),
          cancel: (reason) => inner.cancel(reason),
        })
        const shout = (event: ReplyEvent) =>
          event.text.includes('vendor') ? event.withParts(event.parts.map((part) => ({ ...part, text: part.text.toUpperCase() }))) : event
        inner.pipe({ events: (batch) => outer.pushEvents(batch.map(shout)), end: (outcome) => outer.end(outcome) }, 'events')
        return outer
      },
    ],
  })
  const text = await (await house.chat({ model: 'text', messages, stream: true })).text()
  const chunks = text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => JSON.parse(frame.slice(6)))
  const changed = chunks.find((chunk) => chunk.choices[0]?.delta.content === 'VENDOR ')
  expect(changed).toMatchObject({
    id: 'chatcmpl-scripted',
    system_fingerprint: 'fp_scripted',
    choices: [{ index: 0, logprobs: null, finish_reason: null }],
  })
  expect(text.match(/\[DONE\]/g)).toHaveLength(1)
  const whole = await json(await house.chat({ model: 'text', messages }))
  expect(whole).toMatchObject({ vendor_extra: { kept: true }, choices: [{ message: { content: 'CHANGED' } }] })
})

test('what was said goes to the journal as received and as sent, only where the route keeps it', async () => {
  house = await assemble()
  await (await house.chat({ model: 'text', messages, stream: true })).text()
  const content = house.journal.contents[0]!
  expect(Buffer.from(content.request as Uint8Array).toString()).toContain('Hello')
  expect(Buffer.concat(content.reply as Uint8Array[]).toString()).toContain('vendor')
  expect(JSON.stringify(house.journal.records[0])).not.toMatch(/Hello|vendor /)
})
