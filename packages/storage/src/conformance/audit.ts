import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fixture, Make } from './conformance.ts'

const event = (action: string, actor = 'user:ada') => ({ at: 1, project: 'default', actor, action })

export function describeAudit(name: string, make: Make): void {
  describe(`${name}: audit`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('records follow each other without a gap, also when appended at once', async () => {
      const { audit } = fixture.store
      const records = await Promise.all(Array.from({ length: 50 }, (_, at) => audit.append(event(`test.${at}`))))
      const ordered = records.sort((a, b) => a.sequence - b.sequence)
      for (const [at, record] of ordered.entries()) {
        expect(record.sequence).toBe(ordered[0]!.sequence + at)
        if (at > 0) expect(record.previous).toBe(ordered[at - 1]!.hash)
      }
      expect(await audit.verify()).toMatchObject({ intact: true, problems: [] })
    })

    test('a list is newest first, page by page, filtered by action or its noun', async () => {
      const { audit } = fixture.store
      for (const action of ['page.a', 'page.b', 'page.c']) await audit.append({ ...event(action, 'user:mara'), at: 5 })
      const first = await audit.list({ action: 'page.', limit: 2 })
      const second = await audit.list({ action: 'page.', limit: 2, after: first.next! })
      expect([...first.items, ...second.items].map(({ action }) => action)).toEqual(['page.c', 'page.b', 'page.a'])
      expect((await audit.list({ action: 'page.b' })).items).toHaveLength(1)
      expect((await audit.list({ actor: 'user:mara', project: 'none' })).items).toEqual([])
    })

    test('a committed value is not readable, and two commitments to it differ', async () => {
      const { audit } = fixture.store
      const details = { person: { commit: 'Mara Lind' }, list: [{ commit: 'Mara Lind' }] }
      const record = await audit.append({ ...event('person.seen'), details })
      const [stored] = (await audit.list({ action: 'person.seen' })).items
      expect(stored).toEqual(record)
      expect(JSON.stringify(stored)).not.toContain('Lind')
      const { person, list } = stored!.details as { person: { commitment: string }; list: { commitment: string }[] }
      expect(person.commitment).not.toBe(list[0]!.commitment)
    })

    test('a head is signed once per state of the chain', async () => {
      const { audit } = fixture.store
      await audit.append(event('head.wanted'))
      const head = await audit.sign()
      expect(await audit.sign()).toEqual(head)
      const next = await audit.append(event('head.next'))
      expect((await audit.sign())?.sequence).toBe(next.sequence)
      expect((await audit.verify()).intact).toBe(true)
    })
  })
}
