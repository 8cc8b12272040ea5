import { expect, test } from 'vitest'
import { bodySchemas } from './body-schemas.ts'
import { bodyOf, controlOf, type FieldSchema, nameFrom, schemaAt } from './control.ts'

const { createConsumer: consumer, createUser: user } = bodySchemas
const at = (schema: FieldSchema, path: string) => controlOf(schemaAt(schema, path).schema)

test('a name is asked for with the pattern the server checks, as a browser reads it', () => {
  const control = at(consumer, 'name')
  expect(control).toMatchObject({ kind: 'text', type: 'text' })
  const pattern = new RegExp(`^(?:${'pattern' in control ? control.pattern : ''})$`, 'v')
  expect(['billing', 'a.b_c-d', 'Billing', '-a', 'a b'].map((name) => pattern.test(name))).toEqual([true, true, false, false, false])
  expect(schemaAt(consumer, 'name').required).toBe(true)
})

test('numbers have their limits, texts their length, lists their least, an address its kind', () => {
  expect(at(consumer, 'limits.requestsPerMinute')).toEqual({ kind: 'number', step: 1, min: 1 })
  expect(at(consumer, 'title')).toMatchObject({ kind: 'text', maxLength: 200 })
  expect(at(user, 'roles')).toEqual({ kind: 'list', least: 1 })
  expect(at(user, 'language')).toEqual({ kind: 'choice' })
  expect(at(user, 'email')).toMatchObject({ kind: 'text', type: 'email' })
})

test('values become the body; an empty limit is none, and its group stays', () => {
  expect(bodyOf({ title: '', 'limits.requestsPerMinute': undefined, 'limits.concurrency': 3 })).toEqual({
    title: '',
    limits: { concurrency: 3 },
  })
  expect(bodyOf({ 'limits.concurrency': undefined })).toEqual({ limits: {} })
})

test('a title suggests a name, unless nothing of it may stand in one', () => {
  expect(['Billing & Invoices', 'Überblick', '计费'].map(nameFrom)).toEqual(['billing-invoices', 'uberblick', ''])
})

test('a field the schema does not have is a mistake of the page', () => {
  expect(() => schemaAt(consumer, 'titel')).toThrow('titel')
})
