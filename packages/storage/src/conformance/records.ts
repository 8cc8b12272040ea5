import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fixture, Make } from './conformance.ts'

export function describeRecords(name: string, make: Make): void {
  describe(`${name}: records and secrets`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('a record comes back as it was put', async () => {
      const { records } = fixture.store
      await records.put('setting', 'a', { nested: ['值', 1, null] })
      await records.put('setting', 'b', 2)
      expect(await records.get('setting', 'a')).toEqual({ nested: ['值', 1, null] })
      expect(await records.list('setting')).toEqual([
        { id: 'a', body: { nested: ['值', 1, null] } },
        { id: 'b', body: 2 },
      ])
      expect([await records.remove('setting', 'a'), await records.remove('setting', 'a')]).toEqual([true, false])
    })

    test('an expired record is gone', async () => {
      const { store, clock } = fixture
      await store.records.put('session', 's', { user: 'mara' }, { expiresAt: clock.now() + 1000 })
      expect(await store.records.get('session', 's')).toEqual({ user: 'mara' })
      clock.advance(1000)
      expect(await store.records.get('session', 's')).toBeUndefined()
      expect(await store.records.list('session')).toEqual([])
      expect(await store.records.take('session', 's')).toBeUndefined()
    })

    test('of many who take a record exactly one gets it', async () => {
      const { records } = fixture.store
      await records.put('link', 'l', 'token')
      const taken = await Promise.all(Array.from({ length: 50 }, () => records.take<string>('link', 'l')))
      expect(taken.filter((body) => body !== undefined)).toEqual(['token'])
    })

    test('a list may be longer than one message', async () => {
      const { records } = fixture.store
      await Promise.all(Array.from({ length: 2300 }, (_, at) => records.put('many', `r${at}`, at)))
      expect(new Set((await records.list<number>('many')).map(({ body }) => body)).size).toBe(2300)
    })

    test('a secret is kept, replaced and removed', async () => {
      const { secrets } = fixture.store
      await secrets.put('vendor', 'first')
      await secrets.put('vendor', 'second')
      expect(await secrets.get('vendor')).toBe('second')
      expect([await secrets.remove('vendor'), await secrets.get('vendor')]).toEqual([true, undefined])
    })
  })
}
