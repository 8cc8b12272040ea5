import Anthropic from '@anthropic-ai/sdk'
import { PushReply, ReplyEvent } from '@gatehouse/kernel'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Assembly, assemble, resource, standard } from '../assembly.ts'
import { assembleDialects, key } from './house.ts'

let house: Assembly
beforeAll(async () => {
  house = await assembleDialects()
})
afterAll(() => house.close())

const prefixes = { openai: '', anthropic: '/claude' } as const
type Vendor = keyof typeof prefixes
const anthropic = (vendor: Vendor) => new Anthropic({ apiKey: key, baseURL: `${house.url}${prefixes[vendor]}`, maxRetries: 0 })
const openai = (vendor: Vendor) => new OpenAI({ apiKey: key, baseURL: `${house.url}${prefixes[vendor]}/v1`, maxRetries: 0 })
const sent = () => JSON.parse(house.upstream.requests.at(-1)!.body)
const words = 'scripted vendor answers with a few plain words'
const counted = { openai: { input: 12, output: 34 }, anthropic: { input: 20, output: 34 } } // 12 new, 3 into the cache, 5 out of it

const schema = { type: 'object' as const, properties: { city: { type: 'string' } } }
const png = 'iVBORw0KGgo='

describe.each(['openai', 'anthropic'] as const)('the unmodified Anthropic client, a vendor that speaks %s', (vendor) => {
  const question = { max_tokens: 512, messages: [{ role: 'user' as const, content: 'Hello' }] }

  test('gets text, complete and streamed, with its usage', async () => {
    const whole = await anthropic(vendor).messages.create({ model: 'text', ...question })
    expect(whole).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn', usage: { output_tokens: 34 } })
    expect(whole.content).toMatchObject([{ type: 'text', text: expect.stringContaining(words) }])
    const streamed = await anthropic(vendor)
      .messages.stream({ model: 'text', ...question })
      .finalMessage()
    expect(streamed).toMatchObject({ stop_reason: 'end_turn', content: [{ type: 'text', text: expect.stringContaining(words) }] })
    for (const { usage } of [whole, streamed])
      expect((usage.input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0)).toBe(
        counted[vendor].input,
      )
    expect(house.journal.records.slice(-2).map(({ usage }) => usage)).toEqual(
      Array(2).fill({ inputTokens: counted[vendor].input, outputTokens: 34, source: 'provider' }),
    )
    expect(house.journal.records.at(-1)).toMatchObject({ dialect: 'anthropic', operation: 'chat', end: 'complete' })
  })

  test('gets tool calls, complete and streamed', async () => {
    const tools = [{ name: 'get_weather', description: 'Says it.', input_schema: schema }]
    const asked = { model: 'tools', ...question, tools, tool_choice: { type: 'any' as const, disable_parallel_tool_use: true } }
    const calls = (content: Anthropic.ContentBlock[]) =>
      content.flatMap((block) => (block.type === 'tool_use' ? [[block.name, block.input]] : []))
    const expected = [['get_weather', { city: 'Linz' }], ...(vendor === 'anthropic' ? [['get_weather', { city: 'Graz' }]] : [])]
    const whole = await anthropic(vendor).messages.create(asked)
    expect(whole.stop_reason).toBe('tool_use')
    expect(calls(whole.content)).toEqual(expected)
    if (vendor === 'openai')
      expect(sent()).toMatchObject({
        tools: [{ type: 'function', function: { name: 'get_weather', description: 'Says it.', parameters: schema } }],
        tool_choice: 'required',
        parallel_tool_calls: false,
      })
    const streamed = await anthropic(vendor).messages.stream(asked).finalMessage()
    expect(streamed.stop_reason).toBe('tool_use')
    expect(calls(streamed.content)).toEqual(expected)
  })

  test('shows pictures and results of tools', async () => {
    const picture = { type: 'image' as const, source: { type: 'base64' as const, media_type: 'image/png' as const, data: png } }
    const messages = [
      { role: 'user' as const, content: [picture, { type: 'text' as const, text: 'What is it?' }] },
      { role: 'assistant' as const, content: [{ type: 'tool_use' as const, id: 'toolu_9', name: 'look', input: { at: 1 } }] },
      { role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'toolu_9', content: 'a cat', is_error: true }] },
    ]
    await anthropic(vendor).messages.create({ model: 'text', max_tokens: 99, system: 'Be brief.', messages, stop_sequences: ['END'] })
    if (vendor === 'anthropic') expect(sent().messages).toEqual(messages)
    else
      expect(sent()).toMatchObject({
        stop: ['END'],
        max_tokens: 99,
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
              { type: 'text', text: 'What is it?' },
            ],
          },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'toolu_9', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
          },
          { role: 'tool', tool_call_id: 'toolu_9', content: 'Error: a cat' },
        ],
      })
  })

  test('gets errors as its own kinds, with our id and nothing of the vendor’s words', async () => {
    const client = anthropic(vendor)
    const failure = (model: string) => client.messages.create({ model, ...question }).catch((error: unknown) => error)
    expect(await failure('429')).toBeInstanceOf(Anthropic.RateLimitError)
    expect(await failure('400')).toBeInstanceOf(Anthropic.BadRequestError)
    expect(await failure('500')).toBeInstanceOf(Anthropic.InternalServerError)
    for (const model of ['429', '400', '500'])
      expect(JSON.stringify((await failure(model)) as Error)).not.toMatch(/internal is down|organisation|db-7\.internal/)
    const late = await failure('429')
    expect(late).toMatchObject({
      requestID: house.journal.records.at(-1)!.id,
      error: { type: 'error', error: { type: 'rate_limit_error' }, request_id: house.journal.records.at(-1)!.id },
    })
    await expect(client.messages.stream({ model: 'error-midway', ...question }).finalMessage()).rejects.toThrow(/the vendor/)
    await expect(client.messages.stream({ model: 'half-frame', ...question }).finalMessage()).rejects.toThrow(/the vendor/)
  })

  test('counts tokens: the vendor’s number, or ours that says it is estimated', async () => {
    const { input_tokens: tokens, ...rest } = await anthropic(vendor).messages.countTokens({ model: 'text', messages: question.messages })
    expect(tokens).toBeGreaterThan(0)
    expect(rest).toMatchObject(vendor === 'anthropic' ? {} : { estimated: true })
    expect('estimated' in rest).toBe(vendor === 'openai')
    expect(house.journal.records.at(-1)).toMatchObject({ end: 'complete', reservation: { settled: 0 } })
  })
})

describe.each(['openai', 'anthropic'] as const)('the unmodified OpenAI client, a vendor that speaks %s', (vendor) => {
  const messages = [{ role: 'user' as const, content: 'Hello' }]

  test('gets text, complete and streamed, with its usage', async () => {
    const whole = await openai(vendor).chat.completions.create({ model: 'text', messages })
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: expect.stringContaining(words) } })
    expect(whole.usage).toMatchObject({ prompt_tokens: counted[vendor].input, completion_tokens: 34 })
    const stream = openai(vendor).chat.completions.stream({ model: 'text', messages })
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: expect.stringContaining(words) } })
    expect((await stream.totalUsage()).prompt_tokens).toBe(counted[vendor].input)
  })

  test('gets tool calls, complete and streamed', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: schema } }]
    const asked = { model: 'tools', messages, tools, tool_choice: 'required' as const, parallel_tool_calls: false }
    const calls = (choice: { message: OpenAI.ChatCompletionMessage }) =>
      choice.message.tool_calls?.map((call) => (call.type === 'function' ? [call.function.name, JSON.parse(call.function.arguments)] : []))
    const expected = [['get_weather', { city: 'Linz' }], ...(vendor === 'anthropic' ? [['get_weather', { city: 'Graz' }]] : [])]
    const whole = await openai(vendor).chat.completions.create(asked)
    expect(whole.choices[0]!.finish_reason).toBe('tool_calls')
    expect(calls(whole.choices[0]!)).toEqual(expected)
    const streamed = await openai(vendor).chat.completions.stream(asked).finalChatCompletion()
    expect(streamed.choices[0]!.finish_reason).toBe('tool_calls')
    expect(calls(streamed.choices[0]!)).toEqual(expected)
    if (vendor === 'anthropic')
      expect(sent()).toMatchObject({
        tools: [{ name: 'get_weather', input_schema: schema }],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
      })
  })

  test('shows pictures and results of tools', async () => {
    const call = (id: string) => ({ id, type: 'function' as const, function: { name: 'look', arguments: '{"at":1}' } })
    await openai(vendor).chat.completions.create({
      model: 'text',
      max_completion_tokens: 99,
      stop: 'END',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }] },
        { role: 'user', content: 'What is it?' },
        { role: 'assistant', content: '', tool_calls: [call('a'), call('b')] },
        { role: 'tool', tool_call_id: 'a', content: 'a cat' },
        { role: 'tool', tool_call_id: 'b', content: 'a dog' },
        { role: 'user', content: 'Which?' },
      ],
    })
    if (vendor === 'openai') expect(sent().messages).toHaveLength(7)
    else
      expect(sent()).toEqual({
        model: 'text',
        max_tokens: 99,
        stop_sequences: ['END'],
        system: 'Be brief.',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
              { type: 'text', text: 'What is it?' },
            ],
          },
          { role: 'assistant', content: ['a', 'b'].map((id) => ({ type: 'tool_use', id, name: 'look', input: { at: 1 } })) },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'a', content: 'a cat' },
              { type: 'tool_result', tool_use_id: 'b', content: 'a dog' },
              { type: 'text', text: 'Which?' },
            ],
          },
        ],
      })
  })

  test('gets errors as its own kinds', async () => {
    const failure = (model: string) =>
      openai(vendor)
        .chat.completions.create({ model, messages })
        .then(
          () => undefined,
          (error: InstanceType<typeof OpenAI.APIError>) => error.status,
        )
    expect(await Promise.all(['429', '400', '401', '500'].map(failure))).toEqual([429, 400, 502, 502])
    const stream = openai(vendor).chat.completions.stream({ model: 'error-midway', messages })
    await expect(stream.finalChatCompletion()).rejects.toThrow(/the vendor/)
  })
})

test('thinking keeps its signature within the dialect and becomes reasoning outside it', async () => {
  const asked = { model: 'thinking', max_tokens: 4096, messages: [{ role: 'user' as const, content: 'Hello' }] }
  const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
  const expected = [{ type: 'thinking', thinking: 'First the plan.', signature: 'c2lnbmVk' }, { type: 'text' }]
  expect((await anthropic('anthropic').messages.create({ ...asked, thinking })).content).toMatchObject(expected)
  expect(
    (
      await anthropic('anthropic')
        .messages.stream({ ...asked, thinking })
        .finalMessage()
    ).content,
  ).toMatchObject(expected)
  const whole = await openai('anthropic').chat.completions.create({ ...asked, reasoning_effort: 'low' })
  expect(sent().thinking).toEqual({ type: 'enabled', budget_tokens: 1024 })
  expect(whole.choices[0]!.message).toMatchObject({ reasoning_content: 'First the plan.', content: expect.stringContaining(words) })
  let reasoning = ''
  for await (const chunk of await openai('anthropic').chat.completions.create({ ...asked, stream: true }))
    reasoning += (chunk.choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? ''
  expect(reasoning).toBe('First the plan.')
})

test('the built-in answerer speaks to an Anthropic client too', async () => {
  const client = new Anthropic({ apiKey: key, baseURL: `${house.url}/own`, maxRetries: 0 })
  const asked = { model: 'any', max_tokens: 99, messages: [{ role: 'user' as const, content: 'Hello' }] }
  const whole = await client.messages.create(asked)
  const streamed = await client.messages.stream(asked).finalMessage()
  expect(streamed.content).toEqual(whole.content)
  expect(whole.content[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/\w/) })
})

test('a key may come as x-api-key or as a bearer token', async () => {
  const bearer = new Anthropic({ authToken: key, apiKey: null, baseURL: house.url, maxRetries: 0 })
  await bearer.messages.create({ model: 'text', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] })
  const stranger = new Anthropic({ apiKey: 'gh-wrong', baseURL: house.url, maxRetries: 0 })
  const asked = stranger.messages.create({ model: 'text', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] })
  await expect(asked).rejects.toBeInstanceOf(Anthropic.AuthenticationError)
})

test('the list of models is read by both clients', async () => {
  const own = new Anthropic({ apiKey: key, baseURL: `${house.url}/claude`, maxRetries: 0 })
  expect((await own.models.list()).data.map(({ id }) => id)).toEqual(['assistant'])
  expect((await openai('anthropic').models.list()).data.map(({ id }) => id)).toEqual(['assistant'])
})

test('an app answers an Anthropic client, which names who asks', async () => {
  const asked: unknown[] = []
  const apps = await assemble({
    resources: (origin) => [
      ...standard(origin),
      resource('App', 'helper', { graph: { nodes: [], edges: [] }, access: ['consumer:tests'] }),
    ],
    app(exchange) {
      asked.push(exchange.request, exchange.asker.pseudonym)
      const reply = new PushReply('gatehouse')
      const say = (text: string) => new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text }] })
      reply.pushEvents([new ReplyEvent({ kind: 'app', app: { type: 'run-start', run: 'r' } }), say('Five '), say('days [1].')])
      reply.end({ end: 'complete', usage: { inputTokens: 3, outputTokens: 4, source: 'provider' } })
      return reply
    },
  })
  const client = new Anthropic({ apiKey: key, baseURL: apps.url, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'How many?' }] }]
  const question = { model: 'app/helper', max_tokens: 9, messages, metadata: { user_id: 'mara' } }
  for (const answer of [await client.messages.create(question), await client.messages.stream(question).finalMessage()])
    expect(answer).toMatchObject({
      content: [{ type: 'text', text: 'Five days [1].' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, output_tokens: 4 },
    })
  expect(asked.slice(0, 2)).toMatchObject([{ operation: 'app', query: 'How many?' }, 'mara'])
  await apps.close()
})
