import { AppError, canonicalOf } from '@gatehouse/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCount, decodeMessages, messagesDialect, withBeta } from './messages.ts'

const value = fc.jsonValue({ maxDepth: 3 })
const kind = fc.constantFrom('text', 'image', 'document', 'tool_use', 'tool_result', 'thinking', 'redacted_thinking', 'odd')
const block = fc.oneof(
  value,
  fc.record(
    { type: kind, text: value, source: value, content: value, input: value, thinking: value, id: value, tool_use_id: value },
    { requiredKeys: ['type'] },
  ),
)
const content = fc.oneof(value, fc.array(block, { maxLength: 4 }))
const body = fc.record(
  {
    model: fc.constant('m'),
    messages: fc.oneof(
      value,
      fc.array(fc.oneof(value, fc.record({ role: fc.constantFrom('user', 'assistant', 'tool'), content })), { maxLength: 4 }),
    ),
    system: content,
    tools: fc.oneof(value, fc.array(value)),
    tool_choice: value,
    thinking: value,
    output_config: value,
    metadata: value,
    stop_sequences: value,
  },
  { requiredKeys: ['model', 'messages'] },
)

test('property: whatever a body holds, it is taken or refused with a reason', () => {
  fc.assert(
    fc.property(body, (raw) => {
      try {
        const request = decodeMessages(raw as Record<string, unknown>)
        expect(messagesDialect.mapTexts(request.raw, (_, text) => text)).toBe(request.raw)
        canonicalOf(request)
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError)
      }
    }),
    { numRuns: 500 },
  )
})

test('property: a text that is changed in one place is changed there and nowhere else', () => {
  const words = fc.string({ minLength: 1, maxLength: 8 }).map((word) => `“${word}”`)
  fc.assert(
    fc.property(fc.array(words, { minLength: 2, maxLength: 4 }), fc.nat(), (texts, at) => {
      const unique = texts.map((text, index) => `${text} ${index}`)
      const messages = unique.map((text) => ({
        role: 'user',
        content: [
          { type: 'text', text },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ],
      }))
      const raw = { model: 'm', messages }
      const chosen = unique[at % unique.length]!
      const mapped = messagesDialect.mapTexts(raw, (_, text) => (text === chosen ? '[gone]' : text))
      expect(JSON.stringify(mapped)).toBe(JSON.stringify(raw).replace(JSON.stringify(chosen), '"[gone]"'))
    }),
  )
})

test('the canonical form is made once per body, and anew for a changed one', () => {
  const raw = { model: 'm', messages: [{ role: 'user', content: 'a' }] }
  expect(messagesDialect.canonical(raw)).toBe(messagesDialect.canonical(raw))
  expect(messagesDialect.canonical({ ...raw })).not.toBe(messagesDialect.canonical(raw))
})

test('a question for the number of tokens needs no limit, is no stream and reserves one token', () => {
  expect(decodeCount({ model: 'm', messages: [{ role: 'user', content: 'a' }], stream: true })).toMatchObject({
    counts: true,
    maxTokens: 1,
    stream: false,
  })
})

test('beta features are taken as words only', () => {
  const request = decodeMessages({ model: 'm', messages: [{ role: 'user', content: 'a' }] })
  expect(withBeta(request, 'a-1,b-2').headers).toEqual({ 'anthropic-beta': 'a-1,b-2' })
  expect(withBeta(request, 'a\r\nx: y').headers).toBeUndefined()
})
