import { expect, test } from 'vitest'
import { z } from 'zod'
import { describe, Registry } from './component.ts'

const component = (id: string) => ({
  id,
  title: 'A title',
  summary: 'What it does.',
  config: z.object({ limit: z.int().min(1).default(5).meta({ title: 'How many', widget: 'number' }) }),
})

test('the face of a component is plain JSON and keeps the words for people', () => {
  expect(JSON.parse(JSON.stringify(describe(component('guard.a'))))).toMatchObject({
    id: 'guard.a',
    config: { properties: { limit: { default: 5, title: 'How many', widget: 'number', type: 'integer' } } },
  })
})

test('two components of one name are refused', () => {
  expect(() => new Registry([component('guard.a'), component('guard.a')])).toThrow('two components are called guard.a')
})

test('an unknown component is answered with the nearest and all known ids', () => {
  const registry = new Registry([component('guard.secrets'), component('guard.pii')])
  expect(() => registry.get('guard.secret')).toThrow(
    'no component guard.secret; did you mean guard.secrets? known: guard.secrets, guard.pii',
  )
  expect(registry.get('guard.pii').id).toBe('guard.pii')
})
