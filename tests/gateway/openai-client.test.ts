import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assembly, assemble, key } from './assembly.ts'

let house: Assembly
let client: OpenAI
beforeAll(async () => {
  house = await assemble()
  client = new OpenAI({ apiKey: key, baseURL: `${house.url}/v1`, maxRetries: 0 })
})
afterAll(() => house.close())
const messages = [{ role: 'user' as const, content: 'Hello' }]

test('the unmodified client gets a complete answer', async () => {
  const answer = await client.chat.completions.create({ model: 'assistant', messages })
  expect(answer.choices[0]?.message.content).toContain('The scripted vendor answers')
  expect(answer.usage?.total_tokens).toBe(46)
})

test('the unmodified client gets a stream, its usage and its end', async () => {
  const stream = await client.chat.completions.create({ model: 'assistant', messages, stream: true })
  let text = ''
  let finish: string | null | undefined
  let tokens: number | undefined
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    finish = chunk.choices[0]?.finish_reason ?? finish
    tokens = chunk.usage?.total_tokens ?? tokens
  }
  expect(text).toContain('scripted vendor answers')
  expect([finish, tokens]).toEqual(['stop', 46])
})

test('tool calls pass in both modes', async () => {
  const tools = [
    {
      type: 'function' as const,
      function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
    },
  ]
  const answer = await client.chat.completions.create({ model: 'tools', messages, tools })
  expect(answer.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'get_weather', arguments: '{"city":"Linz"}' } })
  const runner = client.chat.completions.stream({ model: 'tools', messages, tools })
  const final = await runner.finalChatCompletion()
  expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({ id: 'call_1', function: { arguments: '{"city":"Linz"}' } })
  expect(JSON.parse(house.upstream.requests.at(-1)!.body).tools).toEqual(tools)
})

test('the unmodified client gets vectors, as numbers and as the base64 it asks for by itself', async () => {
  const inputs = Array.from({ length: 100 }, (_, at) => `text ${at}`) // more than this vendor takes at once
  const { data, usage } = await client.embeddings.create({ model: 'vectors', input: inputs })
  expect(data.map(({ index }) => index)).toEqual(inputs.map((_, at) => at))
  const plain = await client.embeddings.create({ model: 'assistant', input: inputs[99]!, encoding_format: 'float' })
  const near = (vector: readonly number[]) => vector.map((value) => Math.round(value * 1e6))
  expect(near(data[99]!.embedding)).toEqual(near(plain.data[0]!.embedding))
  expect(usage.prompt_tokens).toBe(inputs.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0))
})

test('errors reach the client as its own kinds, with the reason', async () => {
  const stranger = new OpenAI({ apiKey: 'gh-wrong', baseURL: `${house.url}/v1`, maxRetries: 0 })
  await expect(stranger.chat.completions.create({ model: 'assistant', messages })).rejects.toMatchObject({
    status: 401,
    code: 'invalid_api_key',
  })
  await expect(client.chat.completions.create({ model: '429', messages })).rejects.toMatchObject({
    status: 429,
    code: 'rate_limit_exceeded',
  })
  await expect(client.embeddings.create({ model: '400', input: 'x' })).rejects.toMatchObject({ status: 400, code: 'invalid_request' })
  await expect(client.embeddings.create({ model: 'vectors', input: [1, 2] })).rejects.toMatchObject({ status: 400, param: 'input' })
  const stream = await client.chat.completions.create({ model: 'reset-midway', messages, stream: true })
  const reading = async () => {
    for await (const _ of stream);
  }
  await expect(reading()).rejects.toMatchObject({ code: 'upstream_failed' })
})

test('the list of models names what the caller may use', async () => {
  const list = await client.models.list()
  expect(list.data.map(({ id }) => id)).toEqual(['assistant'])
})
