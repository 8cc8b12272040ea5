import type { EmbedRequest, RerankRequest } from '@gatehouse/contracts'
import { createGuardLayer, Exchange, emptyNotes, type Layer } from '@gatehouse/kernel'
import { afterEach, expect, test } from 'vitest'
import { type Assembly, assemble, key, resource, standard } from './assembly.ts'

let house: Assembly
afterEach(() => house?.close())

const embedding = (model: string, inputs: readonly string[]): EmbedRequest => ({
  operation: 'embed',
  model,
  inputs,
  stream: false,
  raw: {},
})
const ranking: RerankRequest = {
  ...{ operation: 'rerank', model: 'ranks', query: 'annual leave', stream: false, raw: {} },
  documents: ['the canteen', 'annual leave'],
}
const ingest = { project: 'default', asker: { consumer: 'ingest', principals: [] }, inspected: true }
const post = (path: string, body: unknown) =>
  fetch(`${house.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body) })

test('vectors for ingest and scores for a question are reserved, settled by what the vendor reports, and recorded', async () => {
  house = await assemble()
  const parent = new Exchange({
    ...{ id: '01900000-0000-7000-8000-000000000001', project: 'default', asker: { consumer: 'tests', user: 'mara', principals: [] } },
    target: house.snapshot.routesOf('default').routes[0]!,
    request: { operation: 'app', app: 'helper', inputs: {}, query: 'annual leave', stream: false },
    ...{ body: new Uint8Array(), limits: [], notes: emptyNotes('internal') },
  })
  expect(await house.models.embed(embedding('vectors', ['one', 'two']), ingest)).toHaveLength(2)
  expect((await house.models.rerank(ranking, parent)).map(({ index }) => index)).toEqual([1, 0])
  expect(house.journal.records).toMatchObject([
    { consumer: 'ingest', operation: 'embed', end: 'complete', usage: { inputTokens: 2, source: 'provider' }, reservation: { settled: 2 } },
    { consumer: 'tests', user: 'mara', operation: 'rerank', parent: parent.id, usage: { source: 'provider' } },
  ])
  // what was embedded stands in the documents already
  expect(house.journal.records.map(({ content }) => content)).toEqual(['metadata', 'metadata'])
  expect(house.journal.contents).toEqual([undefined, undefined])
  const settled = [...house.counters.settled.values()].reduce((sum, { tokens = 0 }) => sum + tokens, 0)
  const recorded = house.journal.records.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0)
  expect([house.counters.open(), settled]).toEqual([0, recorded])
})

test('the limits of the ingest consumer hold, and a route may be closed to it', async () => {
  house = await assemble({
    resources: (upstream) => [
      ...standard(upstream),
      resource('Consumer', 'ingest', { limits: { tokensPerMinute: 10 } }),
      resource('Route', 'closed', { models: ['closed'], targets: [{ provider: 'scripted' }], consumers: ['tests'] }),
    ],
  })
  await expect(house.models.embed(embedding('vectors', ['a text of more than thirty bytes']), ingest)).rejects.toMatchObject({
    code: 'quota_exceeded',
  })
  await expect(house.models.embed(embedding('closed', ['one']), ingest)).rejects.toMatchObject({ code: 'not_found' })
  expect(house.upstream.requests).toEqual([])
})

test('a call that nobody waits for is cancelled at the vendor and recorded', async () => {
  house = await assemble()
  const asked = house.models.embed(embedding('stall', ['one']), ingest, AbortSignal.timeout(20))
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
  expect(house.journal.records).toMatchObject([{ operation: 'embed', end: 'cancelled' }])
  expect(house.transport.counts.open).toBe(0)
})

test('a second target serves what the first one failed at, and one that has no such models is passed over', async () => {
  house = await assemble({
    resources: (upstream) => [
      ...standard(upstream),
      resource('Provider', 'chatting', { use: 'provider.deepseek', config: { baseUrl: `${upstream}/v1` } }),
      resource('Route', 'several', {
        models: ['several'],
        targets: [
          { provider: 'chatting', priority: 0 },
          { provider: 'scripted', model: '500', priority: 1 },
          { provider: 'scripted', model: 'vectors', priority: 2 },
        ],
      }),
      resource('Route', 'none', { models: ['none'], targets: [{ provider: 'chatting' }] }),
    ],
  })
  expect(await house.models.embed(embedding('several', ['one']), ingest)).toHaveLength(1)
  expect(house.journal.records[0]?.attempts.map(({ model }) => model)).toEqual(['500', 'vectors'])
  await expect(house.models.embed(embedding('none', ['one']), ingest)).rejects.toThrow('no provider of this route offers embeddings')
})

test('what a caller embeds is inspected as a prompt; what ingest embeds was inspected before', async () => {
  const seen: string[] = []
  const refusing: Layer = function guard(exchange, next) {
    const spec = {
      ...house.snapshot.policyOf('default', 'default').spec,
      stages: { input: [{ guard: 'words', action: 'block' as const, threshold: 0, rules: {} }] },
    }
    const inspect = ({ text }: { text: string }) => {
      seen.push(text)
      return text.includes('forbidden') ? [{ rule: 'words', guard: 'words', score: 1, start: 0, end: text.length }] : []
    }
    const guards = { input: [{ id: 'words', guard: { inspect } }] } as never
    const guarded = new Exchange({
      ...exchange,
      target: { ...exchange.target, policy: { id: 'p@1', spec: spec as never, stages: guards } },
    })
    return createGuardLayer()(guarded, next)
  }
  house = await assemble({ layers: [refusing] })
  await house.models.embed(embedding('vectors', ['forbidden words']), ingest)
  expect(seen).toEqual([])
  const fine = await post('/v1/embeddings', { model: 'vectors', input: ['plain words'] })
  expect([fine.status, seen]).toEqual([200, ['plain words']])
  const refused = await post('/v1/embeddings', { model: 'vectors', input: ['plain words', 'forbidden words'] })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { code: 'content_filter', type: 'invalid_request_error' } })
  expect(house.upstream.requests).toHaveLength(2)
})

test('one request that needs no second goes out and comes back as it is', async () => {
  house = await assemble()
  const body = { model: 'vectors', input: ['one'], encoding_format: 'base64', vendor_field: 7 }
  const response = await post('/v1/embeddings', body)
  expect(house.upstream.requests[0]?.body).toBe(JSON.stringify(body))
  expect(await response.json()).toMatchObject({ object: 'list', data: [{ embedding: expect.any(String) }], usage: { total_tokens: 1 } })
})

test('reranking answers on both paths in the form of Jina and Cohere', async () => {
  house = await assemble()
  for (const path of ['/v1/rerank', '/v1/reranks']) {
    const body = {
      model: 'ranks',
      query: 'annual leave',
      documents: ['canteen', { text: 'annual leave' }],
      return_documents: true,
      top_n: 1,
    }
    const answer = await (await post(path, body)).json()
    expect(answer).toMatchObject({ results: [{ index: 1, relevance_score: 1, document: { text: 'annual leave' } }] })
  }
})

test.each([
  ['/v1/embeddings', { model: 'vectors' }, 'input'],
  ['/v1/embeddings', { model: 'vectors', input: [''] }, 'input.0'],
  ['/v1/embeddings', { model: 'vectors', input: [[1, 2]] }, 'input'],
  ['/v1/embeddings', { model: 'vectors', input: 'x', dimensions: 0 }, 'dimensions'],
  ['/v1/embeddings', { model: 'vectors', input: 'x', encoding_format: 'int8' }, 'encoding_format'],
  ['/v1/embeddings', { model: 'vectors', input: new Array(2049).fill('x') }, 'input'],
  ['/v1/embeddings', { input: 'x' }, 'model'],
  ['/v1/rerank', { model: 'ranks', query: 'x', documents: [] }, 'documents'],
  ['/v1/rerank', { model: 'ranks', query: 'x', documents: [7] }, 'documents.0'],
  ['/v1/rerank', { model: 'ranks', documents: ['x'] }, 'query'],
  ['/v1/rerank', { model: 'ranks', query: 'x', documents: ['x'], top_n: 0.5 }, 'top_n'],
])('bad input is refused with the name of the field: %s %j', async (path, body, param) => {
  house = await assemble()
  const response = await post(path, body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { param } })
  expect(house.journal.records).toMatchObject([{ operation: path === '/v1/rerank' ? 'rerank' : 'embed', status: 400 }])
})

test('an unknown model and a broken vendor have their errors in the dialect', async () => {
  house = await assemble({ resources: (upstream) => standard(upstream).filter(({ name }) => name !== 'everything') })
  expect((await post('/v1/embeddings', { model: 'nothing', input: 'x' })).status).toBe(404)
  await house.close()
  house = await assemble()
  const broken = await post('/v1/embeddings', { model: '500', input: 'x' })
  expect(broken.status).toBe(502)
  expect(await broken.text()).not.toContain('db-7.internal')
})
