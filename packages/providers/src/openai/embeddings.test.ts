import type { EmbedRequest, RerankRequest } from '@gatehouse/contracts'
import { type Call, Exchange, emptyNotes, Registry } from '@gatehouse/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createScriptedUpstream, createTransport, providers, type ScriptedUpstream } from '../index.ts'
import { hashedVector } from '../scripted/vectors.ts'
import { batchesOf } from './embeddings.ts'

let upstream: ScriptedUpstream
const transport = createTransport()
beforeAll(async () => {
  upstream = await createScriptedUpstream()
})
afterAll(async () => {
  await transport.close()
  await upstream.close()
})

const timeouts = { connect: 1000, firstByte: 1000, idle: 1000, total: 5000 }
const vendor = (embedAtOnce?: number) =>
  new Registry(providers).get('provider.openai-compatible').create({
    ...{ baseUrl: `${upstream.origin}/v1`, headers: {}, omit: [], askForUsage: true },
    ...(embedAtOnce !== undefined && { embedAtOnce }),
  })
function callOf(request: EmbedRequest | RerankRequest, model = request.model): Call {
  const notes = emptyNotes('openai-chat')
  notes.reservation = { id: 'call', reserved: 1, settled: 0 }
  const exchange = new Exchange({
    ...{ id: 'call', project: 'default', asker: { consumer: 'tests', principals: [] }, request, body: new Uint8Array(), limits: [], notes },
    target: { kind: 'route', name: 'r', content: 'off', policy: { id: 'p@0', spec: {} as never, stages: {} } },
  })
  return { model, secret: '', timeouts, exchange, send: transport.send }
}
const embedding = (model: string, inputs: readonly string[], dimensions?: number): EmbedRequest => ({
  ...{ operation: 'embed', model, inputs, stream: false, raw: {} },
  ...(dimensions !== undefined && { dimensions }),
})
const embed = async (request: EmbedRequest, atOnce?: number) => await vendor(atOnce).embed!(request, callOf(request))
const texts = Array.from({ length: 25 }, (_, at) => `text number ${at}`)

describe('embeddings', () => {
  test('twenty-five texts go out as ten, ten and five, and come back in their order with the sum of what was used', async () => {
    const before = upstream.requests.length
    const { whole, outcome } = await embed(embedding('vectors', texts), 10)
    const sizes = upstream.requests.slice(before).map(({ body }) => (JSON.parse(body) as { input: string[] }).input.length)
    expect(sizes.sort((a, b) => b - a)).toEqual([10, 10, 5])
    expect(whole?.payload.vectors).toEqual(texts.map((text) => Float32Array.from(hashedVector(text))))
    expect(outcome?.usage).toEqual({
      inputTokens: texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0),
      outputTokens: 0,
      source: 'provider',
    })
  })
  test('a vendor that answers in another order is put right by its indexes', async () => {
    const { whole } = await embed(embedding('vectors-shuffled', ['one', 'two', 'three']))
    expect(whole?.payload.vectors?.[0]).toEqual(Float32Array.from(hashedVector('one')))
  })
  test('the wish for dimensions and numbers goes to the vendor', async () => {
    const { whole } = await embed(embedding('vectors', ['one'], 32))
    expect(whole?.payload.vectors?.[0]).toHaveLength(32)
    expect(JSON.parse(upstream.requests.at(-1)!.body)).toMatchObject({ dimensions: 32, encoding_format: 'float' })
  })
  test('base64 is read as the same vectors', async () => {
    const { whole } = await embed({ ...embedding('vectors', ['one']), raw: { encoding_format: 'base64' } })
    expect(whole?.payload.vectors?.[0]).toEqual(Float32Array.from(hashedVector('one')))
  })
  test.each([
    ['vectors-short', '1 vectors for 2 texts'],
    ['vectors-uneven', 'vectors of 2 dimensions where 64 were asked for'],
    ['garbage', 'the vendor sent something that is not JSON'],
    ['error-in-200', 'the vendor reported an error in its answer'],
    ['500', 'the vendor failed (500, server_error)'],
  ])('what is no answer is an error: %s', async (model, message) => {
    await expect(embed(embedding(model, ['one', 'two']))).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining(message),
    })
  })
  test('a batch that fails fails the call, and no further batch is sent', async () => {
    const before = upstream.requests.length
    await expect(embed(embedding('500', texts), 1)).rejects.toMatchObject({ code: 'upstream_failed' })
    expect(upstream.requests.length - before).toBeLessThan(10)
  })
  test('batches keep within the tokens of a request, and a long text goes alone', () => {
    const batches = batchesOf(['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(300), 'd'], { mostInputs: 10, mostTokens: 20 })
    expect(batches.map((batch) => batch.map((text) => text[0]))).toEqual([['a', 'b'], ['c'], ['d']])
  })
  test('vendors without such models do not offer it', () => {
    const registry = new Registry(providers)
    const standard = { baseUrl: 'https://vendor.example/v1', headers: {}, omit: [], askForUsage: true }
    const offers = ['openai', 'dashscope', 'deepseek', 'ollama', 'vllm'].map((name) => {
      const provider = registry.get(`provider.${name}`).create(standard)
      return [name, provider.embed !== undefined, provider.rerank !== undefined]
    })
    expect(offers).toEqual([
      ['openai', true, false],
      ['dashscope', true, true],
      ['deepseek', false, false],
      ['ollama', true, false],
      ['vllm', true, true],
    ])
  })
})

describe('reranking', () => {
  const ranking = (documents: readonly string[], topN?: number): RerankRequest => ({
    ...{ operation: 'rerank', model: 'ranks', query: 'annual leave days', documents, stream: false, raw: {} },
    ...(topN !== undefined && { topN }),
  })
  test('scores come back best first, cut to what was asked for', async () => {
    const request = ranking(['the canteen', 'annual leave is twenty days', 'annual report'], 2)
    const { whole, outcome } = await vendor().rerank!(request, callOf(request))
    expect(whole?.payload.scores?.map(({ index }) => index)).toEqual([1, 2])
    expect(outcome?.usage?.source).toBe('provider')
  })
  test('more documents than the vendor takes are scored in groups, with the indexes of the request', async () => {
    const documents = Array.from({ length: 1100 }, (_, at) => (at === 1090 ? 'annual leave days' : 'something else'))
    const request = ranking(documents, 1)
    const { whole } = await vendor().rerank!(request, callOf(request))
    expect(whole?.payload.scores).toEqual([{ index: 1090, score: 1 }])
  })
})
