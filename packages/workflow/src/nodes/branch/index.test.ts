import type { NodeContext } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { branch } from './index.ts'

// the node looks at nothing but its config
const context = {} as NodeContext
const choose = async (match: 'all' | 'any', ...conditions: [string, string, string][]) => {
  const config = branch.config.parse({ match, conditions: conditions.map(([left, operator, right]) => ({ left, operator, right })) })
  return (await branch.run({ config, context })).branch
}

test.each([
  ['a', 'is', 'a', 'true'],
  ['a', 'is', 'A', 'false'],
  ['a', 'is-not', 'b', 'true'],
  ['abc', 'contains', 'b', 'true'],
  ['abc', 'contains-not', 'b', 'false'],
  ['abc', 'starts-with', 'ab', 'true'],
  ['abc', 'ends-with', 'ab', 'false'],
  [' ', 'is-empty', '', 'true'],
  [' ', 'is-not-empty', '', 'false'],
  ['10', 'greater', '9', 'true'],
  ['9', 'less', '10', 'true'],
  ['', 'less', '10', 'false'],
  ['many', 'greater', '1', 'false'],
])('"%s" %s "%s" leads to %s', async (left, operator, right, way) => {
  expect(await choose('all', [left, operator, right])).toBe(way)
})

test('all or any of several conditions must hold', async () => {
  const mixed: [string, string, string][] = [
    ['a', 'is', 'a'],
    ['a', 'is', 'b'],
  ]
  expect([await choose('all', ...mixed), await choose('any', ...mixed)]).toEqual(['false', 'true'])
})
