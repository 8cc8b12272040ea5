import { AppError } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { KeyRing } from './key-ring.ts'

const refusal = (upstream: number, retryAfter?: string) =>
  new AppError('upstream_failed', 'no', { details: { upstream, ...(retryAfter && { retryAfter }) } })
const times = (ring: KeyRing, count: number, now: number) => Array.from({ length: count }, () => ring.take(now))

test('several credentials are used in turns', () => {
  expect(times(new KeyRing(['a', 'b', 'c']), 4, 0)).toEqual(['a', 'b', 'c', 'a'])
})

test('one alone is always used, none is an empty one', () => {
  const ring = new KeyRing(['a'])
  expect(ring.failed('a', refusal(401), 0)).toBe(false)
  expect([...times(ring, 2, 0), new KeyRing([]).take(0)]).toEqual(['a', 'a', ''])
})

test('a refused one rests while the others work, and comes back', () => {
  const ring = new KeyRing(['a', 'b'])
  expect(ring.failed('a', refusal(401), 0)).toBe(true)
  expect(times(ring, 3, 299_999)).toEqual(['b', 'b', 'b'])
  expect(times(ring, 2, 300_000)).toContain('a')
})

test('one that is told to slow down rests as long as the vendor says', () => {
  const ring = new KeyRing(['a', 'b'])
  ring.failed('a', refusal(429, '7'), 0)
  expect(times(ring, 2, 6_999)).toEqual(['b', 'b'])
  expect(times(ring, 2, 7_000)).toContain('a')
})

test('when all rest there is no other try, and the one that is back first is used', () => {
  const ring = new KeyRing(['a', 'b'])
  ring.failed('a', refusal(401), 0)
  expect(ring.failed('b', refusal(429), 0)).toBe(false)
  expect(ring.take(1)).toBe('b')
})

test('a vendor that failed is not the key’s fault', () => {
  const ring = new KeyRing(['a', 'b'])
  for (const status of [400, 404, 500, 503]) expect(ring.failed('a', refusal(status), 0)).toBe(false)
  expect(ring.take(0)).toBe('a')
})
