import { expect, test } from 'vitest'
import { parseDeclared } from './declared.ts'

const route = (spec: unknown) => ({ apiVersion: 'gatehouse/v1', kind: 'Route', metadata: { name: 'assistant' }, spec })
const problems = (value: unknown) => {
  const parsed = parseDeclared(value, 'routes.yaml#1')
  return 'problems' in parsed ? parsed.problems : []
}

test('defaults come from the schema', () => {
  const parsed = parseDeclared(route({ models: ['a'], targets: [{ provider: 'b' }] }), 'x')
  expect(parsed).toMatchObject({
    declared: { kind: 'Route', project: 'default', name: 'assistant', spec: { policy: 'default', timeouts: { total: 600_000 } } },
  })
})

test('a mistyped field is answered with its path and the nearest right name', () => {
  expect(problems(route({ models: ['a'], targets: [{ provider: 'b', wieght: 2 }] }))).toEqual([
    { path: 'routes.yaml#1 spec.targets.0', message: expect.stringContaining('unknown field "wieght"; did you mean "weight"?') },
  ])
})

test('a mistyped kind names the kinds there are', () => {
  expect(problems({ apiVersion: 'gatehouse/v1', kind: 'Rout', metadata: { name: 'a' }, spec: {} })[0]).toMatchObject({
    path: 'routes.yaml#1 kind',
    message: expect.stringContaining('Route'),
  })
})

test('a secret in the clear is refused: only references are allowed', () => {
  const value = {
    apiVersion: 'gatehouse/v1',
    kind: 'Provider',
    metadata: { name: 'a' },
    spec: { use: 'provider.openai', credentials: ['sk-abc'] },
  }
  expect(problems(value)).toEqual([{ path: 'routes.yaml#1 spec.credentials.0', message: 'expected env:NAME, file:PATH or store:ID' }])
})
