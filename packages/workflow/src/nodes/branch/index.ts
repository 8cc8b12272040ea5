import { defineNode } from '@gatehouse/kernel'
import { z } from 'zod'

const operators = [
  'is',
  'is-not',
  'contains',
  'contains-not',
  'starts-with',
  'ends-with',
  'is-empty',
  'is-not-empty',
  'greater',
  'less',
] as const
const Condition = z.strictObject({ left: z.string(), operator: z.enum(operators), right: z.string().default('') })
type Condition = z.output<typeof Condition>

export const branch = defineNode({
  id: 'node.branch',
  version: 1,
  category: 'logic',
  title: 'Branch',
  summary: 'Goes one way or the other.',
  config: z.strictObject({
    match: z.enum(['all', 'any']).default('all').meta({ title: 'How many conditions must hold' }),
    conditions: z.array(Condition).min(1).max(20).meta({ title: 'Conditions' }),
  }),
  output: z.object({ result: z.boolean() }),
  branches: ['true', 'false'],
  async run({ config: { match, conditions } }) {
    const result = match === 'all' ? conditions.every(holds) : conditions.some(holds)
    return { output: { result }, branch: String(result) }
  },
})

const tests: Readonly<Record<Condition['operator'], (left: string, right: string) => boolean>> = {
  is: (left, right) => left === right,
  'is-not': (left, right) => left !== right,
  contains: (left, right) => left.includes(right),
  'contains-not': (left, right) => !left.includes(right),
  'starts-with': (left, right) => left.startsWith(right),
  'ends-with': (left, right) => left.endsWith(right),
  'is-empty': (left) => left.trim() === '',
  'is-not-empty': (left) => left.trim() !== '',
  greater: (left, right) => number(left) > number(right),
  less: (left, right) => number(left) < number(right),
}
const holds = ({ left, operator, right }: Condition) => tests[operator](left, right)
// an empty text is no number: every comparison with it is false
const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text))
