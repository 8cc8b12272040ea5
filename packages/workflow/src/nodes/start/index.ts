import { AppError, defineNode } from '@gatehouse/kernel'
import { z } from 'zod'

const Variable = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/),
  label: z.string().default(''),
  type: z.enum(['text', 'paragraph', 'select', 'number', 'checkbox']).default('text'),
  required: z.boolean().default(false),
  maxLength: z.int().min(1).max(100_000).default(4000),
  options: z.array(z.string()).default([]),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
})
type Variable = z.output<typeof Variable>

export const start = defineNode({
  id: 'node.start',
  version: 1,
  category: 'flow',
  title: 'Start',
  summary: 'Where a run begins: the question, and the variables the app asks for.',
  config: z.strictObject({ variables: z.array(Variable).max(50).default([]).meta({ title: 'Variables' }) }),
  output: z.looseObject({ query: z.string() }),
  fields: ({ variables }) => variables.map(({ name }) => name),
  async run({ config, context }) {
    const inputs = context.value('sys', 'inputs') as Readonly<Record<string, unknown>> // the engine's own
    const values = config.variables.map((variable) => [variable.name, checked(variable, inputs)] as const)
    return { output: { ...Object.fromEntries(values), query: String(context.value('sys', 'query') ?? '') } }
  },
})

function checked(variable: Variable, inputs: Readonly<Record<string, unknown>>): unknown {
  const given = Object.hasOwn(inputs, variable.name) ? inputs[variable.name] : undefined
  const value = given === undefined || given === null || given === '' ? variable.default : given
  if (value === undefined) {
    if (variable.required) throw new AppError('invalid_request', `the input ${variable.name} is missing`)
    return ''
  }
  const wrong = problemOf(variable, value)
  if (wrong) throw new AppError('invalid_request', `the input ${variable.name} must be ${wrong}`)
  return value
}

function problemOf({ type, maxLength, options }: Variable, value: unknown): string | undefined {
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value) ? undefined : 'a number'
  if (type === 'checkbox') return typeof value === 'boolean' ? undefined : 'true or false'
  if (typeof value !== 'string') return 'a text'
  if (value.length > maxLength) return `at most ${maxLength} characters long`
  if (type === 'select' && !options.includes(value)) return `one of ${options.join(', ')}`
  return undefined
}
