import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fixture, Make } from './conformance.ts'

export function describeJobs(name: string, make: Make): void {
  describe(`${name}: jobs`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())
    const lease = (queue: string, owner: string, limit = 1) => fixture.store.jobs.lease(queue, { owner, milliseconds: 1000, limit })

    test('each job is leased by one owner, however many ask at once', async () => {
      const { jobs } = fixture.store
      await Promise.all(Array.from({ length: 40 }, (_, at) => jobs.add('crowd', at)))
      const leased = await Promise.all(Array.from({ length: 60 }, (_, at) => lease('crowd', `w${at}`)))
      const payloads = leased.flat().map(({ payload }) => payload as number)
      expect(payloads.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at))
      expect(await jobs.count('crowd')).toBe(40)
    })

    test('adding a known id again adds nothing', async () => {
      const { jobs } = fixture.store
      await jobs.add('same', 1, { id: 'sync-1' })
      await jobs.add('same', 2, { id: 'sync-1' })
      expect((await lease('same', 'w', 5)).map(({ payload }) => payload)).toEqual([1])
    })

    test('a lost lease cannot complete; the new owner can, once', async () => {
      const { store, clock } = fixture
      await store.jobs.add('slow', { a: 1 })
      const [first] = await lease('slow', 'one')
      expect(await lease('slow', 'two')).toEqual([])
      clock.advance(1001)
      const [second] = await lease('slow', 'two')
      expect([first!.attempts, second!.attempts]).toEqual([1, 2])
      expect(await store.jobs.complete(first!, 'one')).toBe(false)
      expect(await store.jobs.renew(first!, 'one', 1000)).toBe(false)
      expect([await store.jobs.complete(second!, 'two'), await store.jobs.complete(second!, 'two')]).toEqual([true, false])
    })

    test('a renewed lease lasts, and a job put back waits for its time', async () => {
      const { store, clock } = fixture
      await store.jobs.add('later', 1)
      const [job] = await lease('later', 'one')
      clock.advance(900)
      expect(await store.jobs.renew(job!, 'one', 1000)).toBe(true)
      clock.advance(900)
      expect(await lease('later', 'two')).toEqual([])
      expect(await store.jobs.retry(job!, 'one', clock.now() + 5000)).toBe(true)
      expect(await lease('later', 'two')).toEqual([])
      clock.advance(5000)
      expect(await lease('later', 'two')).toHaveLength(1)
    })
  })
}
