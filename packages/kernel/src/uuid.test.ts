import { expect, test } from 'vitest'
import { timeOf, uuidv7 } from './uuid.ts'

test('an id is a UUID of version 7 and says when it was made', () => {
  const id = uuidv7(1_700_000_000_123)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(timeOf(id)).toBe(1_700_000_000_123)
})

test('ids sort by the time they were made, and none comes twice', () => {
  const ids = Array.from({ length: 5000 }, (_, at) => uuidv7(1_700_000_000_000 + at))
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(Array.from({ length: 5000 }, () => uuidv7(1))).size).toBe(5000)
})
