import type { NodeContext } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { start } from './index.ts'

const run = async (variables: unknown[], inputs: Record<string, unknown>) => {
  const config = start.config.parse({ variables })
  // the node asks for nothing but these two
  const context = { value: (_node: string, field: string) => (field === 'inputs' ? inputs : 'the question') } as unknown as NodeContext
  return (await start.run({ config, context })).output
}

test('the query and the declared variables come out, and nothing else of what was sent', async () => {
  expect(await run([{ name: 'team' }, { name: 'days', type: 'number', default: 3 }], { team: 'people', other: 1 })).toEqual({
    query: 'the question',
    team: 'people',
    days: 3,
  })
})

test('a variable may not replace the question, nor reach a prototype', async () => {
  expect(await run([{ name: 'query' }], { query: 'another' })).toEqual({ query: 'the question' })
  expect(await run([{ name: 'constructor' }], {})).toEqual({ query: 'the question', constructor: '' })
})

test.each([
  [{ name: 'a', required: true }, {}, 'the input a is missing'],
  [{ name: 'a', type: 'number' }, { a: '4' }, 'must be a number'],
  [{ name: 'a', type: 'checkbox' }, { a: 1 }, 'must be true or false'],
  [{ name: 'a', maxLength: 3 }, { a: 'long' }, 'at most 3 characters'],
  [{ name: 'a', type: 'select', options: ['x', 'y'] }, { a: 'z' }, 'one of x, y'],
])('%o refuses %o', async (variable, inputs, message) => {
  await expect(run([variable], inputs)).rejects.toThrow(message)
})
