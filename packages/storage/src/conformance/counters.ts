import { randomUUID } from 'node:crypto'
import type { Limit } from '@gatehouse/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fixture, Make } from './conformance.ts'

const minute = 60_000

export function describeCounters(name: string, make: Make): void {
  describe(`${name}: counters`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    const limitOf = (unit: Limit['unit'], most: number, window = minute): Limit => ({ id: randomUUID(), unit, most, window })
    const reserve = (limits: Limit[], estimate: Partial<Record<Limit['unit'], number>>, id: string = randomUUID(), lasts = minute) =>
      fixture.store.counters.reserve({ id, limits, estimate, expiresAt: fixture.clock.now() + lasts })

    test('the limit is reached exactly, and free again when the window has passed', async () => {
      const limits = [limitOf('requests', 3)]
      const granted = []
      for (let at = 0; at < 4; at++) granted.push((await reserve(limits, { requests: 1 })).granted)
      expect(granted).toEqual([true, true, true, false])
      const refused = await reserve(limits, { requests: 1 })
      expect(refused).toMatchObject({ granted: false, limit: limits[0] })
      if (refused.granted) return
      fixture.clock.advance(refused.retryAt - fixture.clock.now())
      expect((await reserve(limits, { requests: 1 })).granted).toBe(true)
    })

    test('all limits of a hold or none', async () => {
      const wide = limitOf('requests', 1)
      const full = limitOf('tokens', 10)
      expect((await reserve([wide, full], { requests: 1, tokens: 11 })).granted).toBe(false)
      expect((await reserve([wide], { requests: 1 })).granted).toBe(true)
    })

    test('repeating reserve, settle or release changes nothing', async () => {
      const { counters } = fixture.store
      const limits = [limitOf('tokens', 100)]
      const id = randomUUID()
      await reserve(limits, { tokens: 80 }, id)
      expect((await reserve(limits, { tokens: 80 }, id)).granted).toBe(true)
      await counters.settle(id, { tokens: 30 })
      await counters.settle(id, { tokens: 99 })
      await counters.release(id)
      expect((await reserve(limits, { tokens: 80 }, id)).granted).toBe(true)
      expect((await reserve(limits, { tokens: 71 })).granted).toBe(false)
      expect((await reserve(limits, { tokens: 70 })).granted).toBe(true)
    })

    test('a released hold used nothing; concurrency ends with the call', async () => {
      const { counters } = fixture.store
      const limits = [limitOf('concurrency', 1, 0), limitOf('tokens', 10)]
      const id = randomUUID()
      await reserve(limits, { concurrency: 1, tokens: 10 }, id)
      expect((await reserve(limits, { concurrency: 1 })).granted).toBe(false)
      await counters.release(id)
      const next = randomUUID()
      expect((await reserve(limits, { concurrency: 1, tokens: 10 }, next)).granted).toBe(true)
      await counters.settle(next, { tokens: 10 })
      expect((await reserve(limits, { concurrency: 1 })).granted).toBe(true)
    })

    test('an expired hold is released, and what its call used counts all the same', async () => {
      const { counters } = fixture.store
      const limits = [limitOf('tokens', 100)]
      const id = randomUUID()
      await reserve(limits, { tokens: 100 }, id, 1000)
      fixture.clock.advance(1000)
      const open = counters.open()
      expect((await reserve(limits, { tokens: 60 })).granted).toBe(true)
      await counters.settle(id, { tokens: 40 })
      expect((await reserve(limits, { tokens: 1 })).granted).toBe(false)
      expect(open).toBeGreaterThanOrEqual(0)
    })

    test('what is granted never exceeds the limit in any window, and what is settled is what was recorded', async () => {
      const { counters } = fixture.store
      const step = fc.record({
        wait: fc.integer({ min: 0, max: 20_000 }),
        estimate: fc.integer({ min: 1, max: 40 }),
        used: fc.double({ min: 0, max: 1, noNaN: true }),
        end: fc.constantFrom('settle', 'release', 'never'),
      })
      const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const most = 100
        const limits = [limitOf('tokens', most)]
        const recorded: { at: number; tokens: number }[] = []
        for (const { wait, estimate, used, end } of steps) {
          fixture.clock.advance(wait)
          const at = fixture.clock.now()
          const id = randomUUID()
          if (!(await reserve(limits, { tokens: estimate }, id, 10 * minute)).granted) continue
          const actual = Math.floor(used * estimate)
          if (end === 'settle') await counters.settle(id, { tokens: actual })
          if (end === 'release') await counters.release(id)
          recorded.push({ at, tokens: end === 'settle' ? actual : end === 'release' ? 0 : estimate })
          const inWindow = recorded.filter((entry) => entry.at > at - minute).reduce((sum, { tokens }) => sum + tokens, 0)
          expect(inWindow).toBeLessThanOrEqual(most)
        }
        // what the ledger holds is the sum of the records: exactly the rest is granted
        const now = fixture.clock.now()
        const held = recorded.filter(({ at }) => at > now - minute - minute / 20 - 1).reduce((sum, { tokens }) => sum + tokens, 0)
        const surely = recorded.filter(({ at }) => at > now - minute).reduce((sum, { tokens }) => sum + tokens, 0)
        if (held === surely && most - held > 0) {
          expect((await reserve(limits, { tokens: most - held + 1 })).granted).toBe(false)
          expect((await reserve(limits, { tokens: most - held })).granted).toBe(true)
        }
      })
      await fc.assert(property, { numRuns: 100 })
    })
  })
}
