import { expect, test } from 'vitest'
import { TestClock } from '../conformance/conformance.ts'
import { MemoryCounters } from './memory-counters.ts'

const limit = (id: string) => ({ id, unit: 'requests', most: 1, window: 1000 }) as const
const estimate = { requests: 1 }

test('accounts that are idle make room for new ones; without room the call is refused', () => {
  const clock = new TestClock()
  const counters = new MemoryCounters(clock)
  const reserve = (id: number) => counters.reserve({ id: `h${id}`, limits: [limit(`l${id}`)], estimate, expiresAt: clock.now() + 100 })
  for (let id = 0; id < 100_000; id++) {
    reserve(id)
    counters.settle(`h${id}`, estimate)
  }
  expect(() => reserve(100_000)).toThrow('too many limits')
  clock.advance(2000)
  expect(reserve(100_001).granted).toBe(true)
})

test('open holds are bounded and counted', () => {
  const clock = new TestClock()
  const counters = new MemoryCounters(clock)
  const hold = (id: number) => counters.reserve({ id: `h${id}`, limits: [], estimate, expiresAt: clock.now() + 100 })
  for (let id = 0; id < 100_000; id++) hold(id)
  expect(counters.open()).toBe(100_000)
  expect(() => hold(100_000)).toThrow('too many calls')
  clock.advance(100)
  expect(counters.open()).toBe(0)
})

test('a window slides: what was used early is free before what was used late', () => {
  const clock = new TestClock(60_000_000)
  const counters = new MemoryCounters(clock)
  const two = { id: 'two', unit: 'requests', most: 2, window: 60_000 } as const
  const reserve = (id: string) => counters.reserve({ id, limits: [two], estimate, expiresAt: clock.now() + 1e9 }).granted
  expect(reserve('a')).toBe(true)
  clock.advance(30_000)
  expect([reserve('b'), reserve('c')]).toEqual([true, false])
  clock.advance(33_000) // a window and a step after the first
  expect([reserve('d'), reserve('e')]).toEqual([true, false])
  expect(counters.used(two)).toBe(2)
})

test('a call that outlived its hold counts, however many ended meanwhile', () => {
  const clock = new TestClock()
  const counters = new MemoryCounters(clock)
  const tokens = { id: 'tokens', unit: 'tokens', most: 1e9, window: 1e9 } as const
  counters.reserve({ id: 'long', limits: [tokens], estimate: { tokens: 5 }, expiresAt: clock.now() + 100 })
  clock.advance(100)
  for (let id = 0; id < 200_000; id++) {
    counters.reserve({ id: `h${id}`, limits: [], estimate: {}, expiresAt: clock.now() + 100 })
    counters.settle(`h${id}`, {})
  }
  counters.settle('long', { tokens: 40 })
  counters.settle('long', { tokens: 40 })
  expect(counters.used(tokens)).toBe(40)
})
