import { PolicySpec } from '@gatehouse/contracts'
import { guards } from '@gatehouse/guards'
import { bindPolicy, createGuardLayer, Registry } from '@gatehouse/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHostileVendor, type HostileVendor, say, streamHead } from '../../faults/hostile-vendor.ts'
import { type Assembly, until } from '../assembly.ts'
import { assembleDialects, key } from './house.ts'

const secret = 'sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKl'
const redacting = [{ guard: 'guard.secrets', action: 'redact' }]
const policy = PolicySpec.parse({ stages: { input: redacting, 'tool-call': redacting, 'tool-result': redacting, output: redacting } })
const registry = new Registry(guards)
const guarded = { layers: [createGuardLayer()], bindPolicy: (id: string) => bindPolicy(id, policy, registry) }

let house: Assembly
let vendor: HostileVendor
let cut: Assembly
beforeAll(async () => {
  house = await assembleDialects(guarded)
  vendor = await createHostileVendor()
  cut = await assembleDialects(guarded, vendor.origin)
})
afterAll(async () => {
  await Promise.all([house.close(), cut.close()])
  await vendor.close()
})
const post = (at: Assembly, path: string, body: unknown) =>
  fetch(`${at.url}${path}`, { method: 'POST', headers: { 'x-api-key': key }, body: JSON.stringify(body) })
const sent = () => JSON.parse(house.upstream.requests.at(-1)!.body)

const said = `the key ${secret} is here`
const user = (...content: unknown[]) => [{ role: 'user', content }]
const called = (content: unknown) => [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content }] },
]
test.each<[string, Record<string, unknown>]>([
  ['a plain text', { messages: [{ role: 'user', content: said }] }],
  ['a text block', { messages: user({ type: 'text', text: said, cache_control: { type: 'ephemeral' } }) }],
  ['the system prompt', { system: said }],
  ['a block of the system prompt', { system: [{ type: 'text', text: said }] }],
  ['a result of a tool', { messages: called(said) }],
  ['a block of a result', { messages: called([{ type: 'text', text: said }]) }],
  [
    'what a tool was called with',
    {
      messages: [
        ...called('x'),
        { role: 'assistant', content: [{ type: 'tool_use', id: 'b', name: 'f', input: { at: [said] } }] },
        { role: 'user', content: 'go' },
      ],
    },
  ],
  ['a document given as text', { messages: user({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: said } }) }],
  ['the description of a tool', { tools: [{ name: 'f', description: said, input_schema: { type: 'object' } }] }],
  ['a name for the person', { metadata: { user_id: said } }],
])('%s is inspected and redacted in place, and the rest stays', async (_, body) => {
  const asked = { model: 'text', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], vendor_field: 1, ...body }
  for (const path of ['/claude/v1/messages', '/v1/messages']) {
    expect((await post(house, path, asked)).status).toBe(200)
    expect(house.upstream.requests.at(-1)!.body).not.toContain(secret)
  }
  await post(house, '/claude/v1/messages', asked)
  const cleared = JSON.parse(JSON.stringify(asked).replaceAll(secret, 'x'))
  expect(JSON.parse(JSON.stringify(sent()).replace(/the key [^"]*? is here/g, 'the key x is here'))).toEqual(cleared)
})

test('thinking in a conversation that had to be changed no longer fits its signature and is left out', async () => {
  const messages = [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: said, signature: 'c2ln' },
        { type: 'text', text: 'Yes.' },
      ],
    },
    { role: 'user', content: 'And?' },
  ]
  await post(house, '/claude/v1/messages', { model: 'text', max_tokens: 9, messages })
  expect(sent().messages[1].content).toEqual([{ type: 'text', text: 'Yes.' }])
})

const frame = (body: Record<string, unknown>) => `event: ${String(body.type)}\ndata: ${JSON.stringify(body)}\n\n`
const delta = (index: number, body: unknown) => frame({ type: 'content_block_delta', index, delta: body })
const kinds = {
  text: { block: { type: 'text', text: '' }, delta: (text: string) => ({ type: 'text_delta', text }) },
  thinking: {
    block: { type: 'thinking', thinking: '', signature: '' },
    delta: (thinking: string) => ({ type: 'thinking_delta', thinking }),
  },
  tool: {
    block: { type: 'tool_use', id: 'a', name: 'f', input: {} },
    delta: (partial_json: string) => ({ type: 'input_json_delta', partial_json }),
  },
}
const usage = { input_tokens: 3, output_tokens: 1 }
const start = frame({
  type: 'message_start',
  message: { id: 'm', type: 'message', role: 'assistant', model: 'v', content: [], stop_reason: null, stop_sequence: null, usage },
})
const end =
  frame({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 8 } }) +
  frame({ type: 'message_stop' })

/** What a caller of either dialect reads, by kind and block, and what is on record. */
async function heard(path: string, pieces: readonly Uint8Array[]) {
  vendor.script = (socket) => say(socket, [streamHead, ...pieces], 'end')
  const before = cut.journal.records.length
  const body = await (
    await post(cut, path, { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], stream: true })
  ).text()
  await until(() => cut.journal.records.length > before && cut.transport.counts.open === 0)
  const texts: Record<string, string> = {}
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const { index, delta: given, choices } = JSON.parse(line.slice(6))
    const said = { ...(choices?.[0]?.delta ?? given), ...choices?.[0]?.delta?.tool_calls?.[0]?.function }
    const place = index ?? choices?.[0]?.delta?.tool_calls?.[0]?.index ?? 0
    for (const field of ['text', 'thinking', 'partial_json', 'content', 'reasoning_content', 'arguments'])
      if (said[field]) texts[`${field} ${place}`] = (texts[`${field} ${place}`] ?? '') + said[field]
  }
  const { end: ended, finish, usage: used, verdicts, status } = cut.journal.records.at(-1)!
  return {
    texts,
    record: { ended, finish, used, status, verdicts: verdicts.map(({ took: _, ...verdict }) => verdict) },
  }
}

test('property: however the vendor’s stream is cut, the same text and the same verdict, and never a secret', async () => {
  const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 2 ** 31)
  console.log(`fast-check seed ${seed} (GATEHOUSE_SEED repeats it)`)
  const word = fc.oneof(
    fc.constantFrom(` ${secret} `, ` ${secret.slice(0, 20)}`, secret.slice(20), 'Grüße 你好 🌿 '),
    fc.string({ maxLength: 12, unit: 'grapheme' }),
  )
  const block = fc.record({
    kind: fc.constantFrom('text', 'thinking', 'tool' as const),
    words: fc.array(word, { minLength: 1, maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, { minLength: 1, maxLength: 3 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 }),
      async (blocks, at) => {
        const frames = blocks.flatMap(({ kind, words }, index) => {
          const { block: content_block, delta: of } = kinds[kind as keyof typeof kinds]
          return [
            frame({ type: 'content_block_start', index, content_block }),
            ...words.map((each) => delta(index, of(each))),
            frame({ type: 'content_block_stop', index }),
          ]
        })
        const bytes = Buffer.from(start + frames.join('') + end)
        const places = [...new Set(at.map((each) => Math.round(each * bytes.length)))].sort((a, b) => a - b)
        const parts = [0, ...places]
          .map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
          .filter(({ length }) => length > 0)
        for (const path of ['/claude/v1/messages', '/claude/v1/chat/completions']) {
          const once = await heard(path, [bytes])
          const many = await heard(path, parts)
          expect({ texts: many.texts, record: many.record }).toEqual({ texts: once.texts, record: once.record })
          for (const text of Object.values(once.texts)) expect(text).not.toContain(secret)
          expect(once.record).toMatchObject({
            ended: 'complete',
            finish: path.endsWith('messages') ? 'end_turn' : 'stop',
            used: { inputTokens: 3, outputTokens: 8 },
          })
        }
      },
    ),
    { numRuns: 40, seed },
  )
}, 60_000)

test.each(['/v1/messages', '/claude/v1/messages'])('a complete answer and a stream are redacted in the dialect: %s', async (path) => {
  const own = path.startsWith('/claude')
  const whole = own
    ? {
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'v',
        stop_reason: 'tool_use',
        stop_sequence: null,
        usage,
        kept: 1,
        content: [
          { type: 'thinking', thinking: said, signature: 's' },
          { type: 'text', text: said },
          { type: 'tool_use', id: 'a', name: 'f', input: { at: said } },
        ],
      }
    : {
        choices: [
          {
            index: 0,
            finish_reason: 'tool_calls',
            message: {
              role: 'assistant',
              reasoning_content: said,
              content: said,
              tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: JSON.stringify({ at: said }) } }],
            },
          },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 1 },
      }
  const body = JSON.stringify(whole)
  vendor.script = (socket) =>
    say(socket, [`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`], 'end')
  for (const stream of [false, true]) {
    const answer = await (await post(cut, path, { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], stream })).text()
    expect(answer).not.toContain(secret)
    expect(answer.match(/the key (?!sk-)/g)).toHaveLength(3)
    if (!stream)
      expect(JSON.parse(answer)).toMatchObject({
        stop_reason: 'tool_use',
        content: [
          { type: 'thinking' },
          { type: 'text' },
          { type: 'tool_use', id: 'a', name: 'f', input: { at: expect.stringMatching(/^the key .* is here$/) } },
        ],
        ...(own && { kept: 1 }),
      })
  }
})

test('a call a policy blocks is an answer with the policy’s words, whole and streamed', async () => {
  const message = { en: 'Not here.', zh: '不行。' }
  const strict = PolicySpec.parse({
    message,
    stages: { input: [{ guard: 'guard.secrets', action: 'block' }], output: [{ guard: 'guard.secrets', action: 'block' }] },
  })
  const at = await assembleDialects({ layers: [createGuardLayer()], bindPolicy: (id) => bindPolicy(id, strict, registry) }, vendor.origin)
  const ask = (content: string, stream: boolean) =>
    post(at, '/claude/v1/messages', { model: 'm', max_tokens: 9, stream, messages: [{ role: 'user', content }] })
  const whole = await ask(said, false)
  expect([whole.status, await whole.json()]).toMatchObject([
    200,
    { type: 'message', stop_reason: 'refusal', content: [{ type: 'text', text: 'Not here.' }] },
  ])
  const answer = delta(0, { type: 'text_delta', text: `Well ${secret} ` })
  vendor.script = (socket) =>
    say(
      socket,
      [streamHead, start, frame({ type: 'content_block_start', index: 0, content_block: kinds.text.block }), answer, answer, end],
      'end',
    )
  for (const text of [await (await ask(said, true)).text(), await (await ask('Hi', true)).text()]) {
    expect(text).not.toContain(secret)
    expect(text).toContain('"text":"Not here."')
    expect(text).toContain('"stop_reason":"refusal"')
    expect(text.match(/event: content_block_start/g)!.length).toBe(text.match(/event: content_block_stop/g)!.length)
    expect(text.endsWith('data: {"type":"message_stop"}\n\n')).toBe(true)
  }
  expect(at.journal.records.map((record) => record.end)).toEqual(['blocked', 'blocked', 'blocked'])
  await at.close()
})
