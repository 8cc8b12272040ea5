import { expect, test } from 'vitest'
import { createMemoryNonces } from './memory-nonces.ts'

test('a nonce is fresh once, for each scope by itself, until its time is over', () => {
  const nonces = createMemoryNonces({ since: 0 })
  const use = (scope: string, now: number) => nonces.use(scope, 'n', now + 100, now)
  expect([use('a', 0), use('a', 50), use('b', 50), use('a', 100), use('a', 101)]).toEqual(['fresh', 'used', 'fresh', 'used', 'fresh'])
})

test('the memory is bounded in bytes and gives back what is over', () => {
  const nonces = createMemoryNonces({ since: 0, mostBytes: 112 * 10 })
  const use = (scope: string, nonce: number, now: number) => nonces.use(scope, String(nonce), now + 100, now)
  const first = Array.from({ length: 8 }, (_, nonce) => use('busy', nonce, 0))
  expect(first.filter((each) => each === 'full')).toHaveLength(3) // half is for others
  expect(Array.from({ length: 6 }, (_, nonce) => use('calm', nonce, 0)).filter((each) => each === 'full')).toHaveLength(1)
  expect(use('third', 1, 50)).toBe('full')
  expect(nonces.bytes).toBe(112 * 10)
  expect(use('third', 1, 5000)).toBe('fresh')
  expect(nonces.bytes).toBe(112)
})
