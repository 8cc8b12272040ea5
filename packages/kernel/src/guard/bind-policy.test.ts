import { PolicySpec } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { bindPolicy } from './bind-policy.ts'
import { registry } from './scripted-guards.ts'

const bind = (stages: unknown) => bindPolicy('house@3', PolicySpec.parse({ stages }), registry)

test('guards are made with their configuration, and stages without guards stay empty', () => {
  const bound = bind({ input: [{ guard: 'phrase' }, { guard: 'digits', config: { least: 2 } }], output: [] })
  expect(bound.id).toBe('house@3')
  expect(bound.stages.input!.map(({ id, rule }) => [id, rule])).toEqual([
    ['phrase', 0],
    ['digits', 1],
  ])
  expect(bound.stages.output).toBeUndefined()
  expect(bound.stages.input![1]!.guard.inspect({ stage: 'input', text: '42' }, { consumer: 'c', principals: [] })).toHaveLength(1)
})

test.each([
  ['a wrong value', { input: [{ guard: 'digits', config: { least: 0 } }] }, /stages\.input\.0\.config \(digits\) least: /],
  ['an unknown field', { input: [{ guard: 'digits', config: { leest: 1 } }] }, /unknown field "leest"; did you mean "least"\?/],
  ['an unknown guard', { output: [{ guard: 'digit' }] }, /stages\.output\.0\.guard: no component digit; did you mean digits\?/],
  ['a stage the guard does not look at', { 'tool-call': [{ guard: 'digits' }] }, /digits does not look at tool-call; it can at input/],
  ['a guard named twice', { input: [{ guard: 'digits' }, { guard: 'digits' }] }, /stages\.input\.1\.guard: digits stands here twice/],
  [
    'an action nothing can do yet',
    { input: [{ guard: 'digits', rules: { 'digits.found': 'judge' } }] },
    /stages\.input\.0\.rules\.digits\.found: judge is not available/,
  ],
])('%s is refused with guard and path', (_what, stages, message) => {
  expect(() => bind(stages)).toThrow(message)
})
