import { expect, test } from 'vitest'
import { type Shaping, shaped } from './shaped.ts'

const vendor = (change: Partial<Shaping> = {}): Shaping => ({ omit: [], rename: {}, thinking: 'as-is', ...change })
const raw = { model: 'm', messages: [], temperature: 1 }

test('a body the vendor takes is the very same', () => {
  expect(shaped(raw, vendor({ omit: ['logit_bias'], rename: { seed: 'random_seed' }, thinking: 'effort' })).raw).toBe(raw)
})

test('what a vendor refuses is left out and told', () => {
  expect(shaped({ ...raw, logit_bias: {}, n: 2 }, vendor({ omit: ['logit_bias', 'logprobs'] }))).toEqual({
    raw: { ...raw, n: 2 },
    dropped: ['logit_bias'],
  })
})

test('a field goes under the vendor’s name, which wins when both were sent', () => {
  const rename = { max_tokens: 'max_completion_tokens' }
  expect(shaped({ ...raw, max_tokens: 5 }, vendor({ rename })).raw).toEqual({ ...raw, max_completion_tokens: 5 })
  expect(shaped({ ...raw, max_tokens: 5, max_completion_tokens: 7 }, vendor({ rename })).raw).toEqual({ ...raw, max_completion_tokens: 7 })
})

test('the wish to think, or not to, is said in the vendor’s way', () => {
  const both = { ...raw, enable_thinking: false, chat_template_kwargs: { enable_thinking: false, thinking: false } }
  const said = (thinking: Shaping['thinking'], body: object = both) => {
    const { model: _, messages: __, temperature: ___, ...rest } = shaped({ ...raw, ...body }, vendor({ thinking })).raw
    return rest
  }
  expect(said('enable_thinking')).toEqual({ enable_thinking: false })
  expect(said('enable_thinking', { chat_template_kwargs: { enable_thinking: true } })).toEqual({ enable_thinking: true })
  expect(said('template', { enable_thinking: true })).toEqual({ chat_template_kwargs: { enable_thinking: true, thinking: true } })
  expect(said('thinking')).toEqual({ thinking: { type: 'disabled' } })
  expect(said('reasoning')).toEqual({ reasoning: { enabled: false } })
  expect(said('effort')).toEqual({})
  expect(said('as-is', { enable_thinking: false })).toEqual({ enable_thinking: false })
})

test('a switch for which the vendor has nothing is told as left out', () => {
  expect(shaped({ ...raw, enable_thinking: true }, vendor({ thinking: 'none' }))).toEqual({ raw, dropped: ['enable_thinking'] })
})

test('a bare schema is wrapped, a wrapped one stays', () => {
  const schema = { type: 'object', title: 'weather', properties: {} }
  const format = (json_schema: object) =>
    shaped({ ...raw, response_format: { type: 'json_schema', json_schema } }, vendor()).raw.response_format
  expect(format(schema)).toEqual({ type: 'json_schema', json_schema: { name: 'weather', schema } })
  expect(format({ type: 'object', title: 'two words' })).toMatchObject({ json_schema: { name: 'answer' } })
  expect(format({ name: 'n', schema })).toEqual({ type: 'json_schema', json_schema: { name: 'n', schema } })
})
