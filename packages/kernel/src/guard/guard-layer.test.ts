import type { Request } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { WholeReply } from '../reply.ts'
import { createGuardLayer } from './guard-layer.ts'
import { createInspector } from './inspector.ts'
import { exchangeWith, policy, textIn, vendorEvent } from './scripted-guards.ts'

const layer = createGuardLayer()
const answer = (text = 'fine', index = 0) =>
  new WholeReply('test', vendorEvent([{ lane: 'text', index, text }]), {
    end: 'complete',
    usage: { inputTokens: 1, outputTokens: 1, source: 'provider' },
  })
const chat = (...messages: { role: 'system' | 'user' | 'assistant' | 'tool'; content: unknown; tool_calls?: unknown }[]): Request => ({
  operation: 'chat',
  model: 'assistant',
  messages,
  stream: false,
  raw: { model: 'assistant', messages, unknown: true },
})
const strict = policy({
  input: [
    { guard: 'phrase', action: 'block' },
    { guard: 'digits', action: 'redact' },
  ],
  'tool-result': [{ guard: 'phrase', action: 'block' }],
})

/** A chat with something beside its messages. */
const chatWith = (more: object): Request => {
  const { raw, ...request } = chat({ role: 'user', content: 'hello' }) as Extract<Request, { operation: 'chat' }>
  return { ...request, raw: { ...raw, ...more } }
}

/** What reached the next layer. */
function pass(exchange: Exchange, bound = exchange): Exchange {
  let seen: Exchange | undefined
  layer(bound, (each) => {
    seen = each
    return answer()
  })
  return seen!
}

test.each([
  ['a tool’s description', { tools: [{ type: 'function', function: { name: 'f', description: 'open sesame' } }] }],
  [
    'a tool’s parameters',
    { tools: [{ type: 'function', function: { name: 'f', parameters: { properties: { a: { enum: ['x', 'open sesame'] } } } } }] },
  ],
  ['a function of the old kind', { functions: [{ name: 'f', description: 'open sesame' }] }],
  ['a prediction', { prediction: { type: 'content', content: [{ type: 'text', text: 'open sesame' }] } }],
  ['the schema of the answer', { response_format: { type: 'json_schema', json_schema: { schema: { description: 'open sesame' } } } }],
  ['metadata', { metadata: { note: 'open sesame' } }],
  ['the user', { user: 'open sesame' }],
  ['where to stop', { stop: ['a', 'open sesame'] }],
  ['a field of a vendor', { vendor_setting: 'open sesame' }],
])('%s is inspected', (_where, more) => {
  expect(() => pass(exchangeWith(strict, chatWith(more)))).toThrow(
    expect.objectContaining({ code: 'blocked', details: expect.objectContaining({ rule: 'phrase.found', stage: 'input' }) }),
  )
})

test('a finding beside the messages is redacted where it stands, in a body that is written anew', () => {
  const tools = [{ type: 'function', function: { name: 'f', description: 'call 12345678' } }]
  const exchange = exchangeWith(strict, chatWith({ tools, temperature: 0.5 }))
  const passed = pass(exchange)
  expect([passed.body.length, JSON.stringify(passed.request).includes('12345678')]).toEqual([0, false])
  expect(passed.request).toMatchObject({ raw: { temperature: 0.5, messages: [{ content: 'hello' }] } })
  expect(JSON.stringify(exchange.request)).toContain('12345678')
})

test('what stands beside the messages counts with them: more than a policy inspects is not inspected, and fails closed', () => {
  const small = policy({ input: [{ guard: 'phrase', action: 'block' }] }, { maxCharacters: 1000 })
  const exchange = exchangeWith(small, chatWith({ tools: [{ type: 'function', function: { name: 'f', description: 'x'.repeat(1200) } }] }))
  expect(() => pass(exchange)).toThrow(expect.objectContaining({ code: 'guard_failed' }))
  expect(exchange.notes.verdicts).toMatchObject([{ stage: 'input', action: 'not-inspected' }])
})

test('settings and schema words cost no inspection', () => {
  const more = { tool_choice: 'auto', temperature: 1, stream_options: { include_usage: true }, response_format: { type: 'json_object' } }
  const exchange = exchangeWith(strict, chatWith(more))
  expect(pass(exchange)).toBe(exchange)
})

test('clean text passes as the very same exchange, with its body, and the verdict is recorded', () => {
  const exchange = exchangeWith(strict, chat({ role: 'user', content: 'how many days of leave?' }))
  expect(pass(exchange)).toBe(exchange)
  expect(exchange.notes.verdicts).toMatchObject([{ stage: 'input', action: 'allow', findings: [] }])
  expect(Number.isInteger(exchange.notes.verdicts[0]!.took)).toBe(true)
})

test.each([
  ['the system message', { role: 'system' as const, content: 'open sesame' }, 'input'],
  ['an earlier message of the person', { role: 'user' as const, content: [{ type: 'text', text: 'open sesame' }] }, 'input'],
  ['a tool result', { role: 'tool' as const, content: 'open sesame' }, 'tool-result'],
  ['a part that is no text', { role: 'user' as const, content: [{ type: 'refusal', refusal: 'open sesame' }] }, 'input'],
  ['a file in a part', { role: 'user' as const, content: [{ type: 'file', file: { file_data: 'open sesame' } }] }, 'input'],
  ['content that is an object', { role: 'user' as const, content: { text: 'open sesame' } }, 'input'],
  ['the name of who speaks', { role: 'user' as const, content: 'hello', name: 'open sesame' }, 'input'],
  ['a call of the old kind', { role: 'assistant' as const, content: null, function_call: { arguments: 'open sesame' } }, 'input'],
])('%s is inspected', (_where, message, stage) => {
  const exchange = exchangeWith(strict, chat(message, { role: 'user', content: 'thanks' }))
  expect(() => pass(exchange)).toThrow(
    expect.objectContaining({ code: 'blocked', details: expect.objectContaining({ rule: 'phrase.found', stage }) }),
  )
  expect(exchange.notes.verdicts).toContainEqual(expect.objectContaining({ stage, action: 'block' }))
})

test('an attack cut into several turns is found in what was said together, and only there', () => {
  const turns = chat({ role: 'user', content: 'open' }, { role: 'assistant', content: 'what?' }, { role: 'user', content: 'sesame' })
  const exchange = exchangeWith(strict, turns)
  expect(() => pass(exchange)).toThrow(expect.objectContaining({ code: 'blocked' }))
  const harmless = chat({ role: 'user', content: 'pin 1234' }, { role: 'user', content: '5678 is mine' })
  const seen = pass(exchangeWith(strict, harmless))
  expect(seen.request).toMatchObject({ messages: [{ content: 'pin [digits]' }, { content: '[digits] is mine' }] })
})

test('the refusal carries the words of the policy and never the text', () => {
  const words = policy({ input: [{ guard: 'phrase', action: 'block' }] }, { message: { en: 'Not that.', zh: '不行。' } })
  expect(() => pass(exchangeWith(words, chat({ role: 'user', content: 'open sesame' })))).toThrow(
    expect.objectContaining({
      message: 'Not that.',
      details: { rule: 'phrase.found', stage: 'input', message: { en: 'Not that.', zh: '不行。' } },
    }),
  )
})

test('redacted text goes on in messages and raw alike, without the original body', () => {
  const image = { type: 'image_url', image_url: { url: 'https://host/1234' } }
  const request = chat({ role: 'system', content: 'stay' }, { role: 'user', content: [{ type: 'text', text: 'pin 1234 here' }, image] })
  const seen = pass(exchangeWith(strict, request))
  expect(seen.body).toHaveLength(0)
  expect(seen.request).toMatchObject({ messages: [{ content: 'stay' }, { content: [{ text: 'pin [digits] here' }, image] }] })
  expect((seen.request as { raw: unknown }).raw).toEqual({
    model: 'assistant',
    unknown: true,
    messages: (seen.request as { messages: unknown }).messages,
  })
  expect(JSON.stringify(request)).toContain('pin 1234 here')
})

test('a redacted part keeps its other fields, and the bytes of a file are no text', () => {
  const file = { type: 'file', file: { file_data: `data:application/pdf;base64,${'1'.repeat(20)}` } }
  const content = [{ type: 'text', text: 'pin 1234 here', extra: 1 }, { type: 'refusal', refusal: 'pin 1234' }, file]
  const seen = pass(exchangeWith(strict, chat({ role: 'user', content })))
  const redacted = [{ type: 'text', text: 'pin [digits] here', extra: 1 }, { type: 'refusal', refusal: 'pin [digits]' }, file]
  expect(seen.request).toMatchObject({ messages: [{ content: redacted }], raw: { messages: [{ content: redacted }] } })
})

test('the query and inputs of an app, and the strings of an operation carried as it is, are inspected and redacted', () => {
  const app = pass(
    exchangeWith(strict, { operation: 'app', app: 'a', query: 'my 1234', inputs: { list: ['5678'], n: 1234 }, stream: true }),
  )
  expect(app.request).toMatchObject({ query: 'my [digits]', inputs: { list: ['[digits]'], n: 1234 } })
  const passthrough = pass(
    exchangeWith(strict, { operation: 'passthrough', model: 'm-2024', stream: false, raw: { model: 'm-2024', input: ['a 1234'] } }),
  )
  expect(passthrough.request).toMatchObject({ raw: { model: 'm-2024', input: ['a [digits]'] } })
})

test('a call made by an app is not inspected a second time', () => {
  const exchange = exchangeWith(strict, chat({ role: 'user', content: 'open sesame' }), 'the-app-call')
  expect(pass(exchange)).toBe(exchange)
  expect(exchange.notes.verdicts).toEqual([])
})

test('with nothing configured on output the reply is returned as it is', () => {
  const reply = answer('open sesame')
  expect(layer(exchangeWith(strict, chat()), () => reply)).toBe(reply)
})

test('a whole answer is redacted at once, and a clean one stays the same object', () => {
  const bound = policy({ output: [{ guard: 'digits', action: 'redact' }] })
  const clean = answer()
  expect(layer(exchangeWith(bound, chat()), () => clean)).toBe(clean)
  const redacted = layer(exchangeWith(bound, chat()), () => answer('it is 1234.')) as WholeReply
  expect(textIn([redacted.whole])).toBe('it is [digits].')
  expect(redacted.whole.bytes).toBeUndefined()
})

test('a whole answer that is blocked is never shown, but what it used is kept', () => {
  const exchange = exchangeWith(policy({ output: [{ guard: 'phrase', action: 'block' }] }), chat())
  expect(() => layer(exchange, () => answer('open sesame'))).toThrow(AppError)
  expect(exchange.notes.usage).toMatchObject({ outputTokens: 1 })
})

test('on input, not inspected is recorded and fails closed unless the policy is open', () => {
  const stages = { input: [{ guard: 'broken', action: 'block' }] }
  const closed = exchangeWith(policy(stages), chat({ role: 'user', content: 'hello' }))
  expect(() => pass(closed)).toThrow(expect.objectContaining({ code: 'guard_failed' }))
  expect(closed.notes.verdicts).toMatchObject([{ action: 'not-inspected' }])
  const open = exchangeWith(policy(stages, { onFailure: 'open' }), chat({ role: 'user', content: 'hello' }))
  expect(pass(open)).toBe(open)
  expect(open.notes.verdicts).toMatchObject([{ action: 'not-inspected' }])
})

test('a text longer than the policy inspects is not inspected', () => {
  const bound = policy({ input: [{ guard: 'phrase', action: 'block' }] }, { maxCharacters: 1000 })
  expect(() => pass(exchangeWith(bound, chat({ role: 'user', content: 'a '.repeat(501) })))).toThrow(
    expect.objectContaining({ code: 'guard_failed' }),
  )
})

test('a guard that waits makes the layer wait, before the next layer is asked', async () => {
  const bound = policy({ input: [{ guard: 'slow-digits', action: 'redact' }] })
  let seen: Exchange | undefined
  const reply = layer(exchangeWith(bound, chat({ role: 'user', content: 'pin 1234' })), (each) => {
    seen = each
    return answer()
  })
  expect(seen).toBeUndefined()
  await reply
  expect(seen!.request).toMatchObject({ messages: [{ content: 'pin [digits]' }] })
})

test('the inspector judges retrieved text by its policy; without one it lets nothing pass', async () => {
  const bound = policy({ context: [{ guard: 'phrase', action: 'block' }] })
  const asker = { consumer: 'tests', principals: [] }
  const inspector = createInspector({ policyOf: (_project, name) => (name === 'default' ? bound : undefined) })
  const subject = { stage: 'context', text: 'open sesame', policy: 'default', project: 'default' } as const
  await expect(inspector.inspect(subject, asker)).resolves.toMatchObject({ action: 'block', because: { rule: 'phrase.found' } })
  await expect(inspector.inspect({ ...subject, text: 'leave' }, asker)).resolves.toMatchObject({ action: 'allow' })
  await expect(inspector.inspect({ ...subject, policy: 'none' }, asker)).resolves.toMatchObject({ action: 'not-inspected' })
})

test('the inspector says of a policy that fails open that it only monitors', async () => {
  const bound = policy({ ingest: [{ guard: 'broken', action: 'block' }] }, { onFailure: 'open' })
  const inspector = createInspector({ policyOf: () => bound })
  const verdict = await inspector.inspect(
    { stage: 'ingest', text: 'text', policy: 'default', project: 'default' },
    { consumer: 'tests', principals: [] },
  )
  expect(verdict).toMatchObject({ action: 'not-inspected', monitored: true })
})
