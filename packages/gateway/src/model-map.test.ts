import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileModelMap } from './model-map.ts'

const table = { 'gpt-4o': 'qwen-max', 'gpt-*': 'qwen-*', 'gpt-4*': 'qwen-plus', '*': 'small' }

test('an exact name wins over prefixes, the longest prefix over shorter ones, and * takes the rest', () => {
  const map = compileModelMap(table)
  expect(['gpt-4o', 'gpt-4.1', 'gpt-5-mini', 'claude', ''].map(map)).toEqual(['qwen-max', 'qwen-plus', 'qwen-5-mini', 'small', 'small'])
})

test('what is not in the table is nobody’s', () => {
  expect(compileModelMap({ 'gpt-*': 'a' })('claude')).toBeUndefined()
})

test('the order in which a table is written changes nothing', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(Object.entries(table), { minLength: 4 }), fc.string(), (entries, rest) => {
      const [one, other] = [compileModelMap(table), compileModelMap(Object.fromEntries(entries))]
      for (const model of [rest, `gpt-${rest}`, `gpt-4${rest}`]) expect(other(model)).toBe(one(model))
    }),
  )
})

test('a rest that looks like a replacement pattern is taken as it is', () => {
  expect(compileModelMap({ 'a-*': 'b-*' })('a-$&$1')).toBe('b-$&$1')
})
