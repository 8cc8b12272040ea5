import type { Spec } from '@gatehouse/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fixture, Make } from './conformance.ts'

const group = (title: string): Spec<'Group'> => ({ title })
const key = (name: string, project = 'default') => ({ kind: 'Group' as const, project, name })

export function describeResources(name: string, make: Make): void {
  describe(`${name}: resources`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('a change counts the version up and keeps the id', async () => {
      const { resources } = fixture.store
      const made = await resources.put({ ...key('one'), spec: group('One'), managedBy: 'api' }, 'user:ada')
      const changed = await resources.put({ ...key('one'), spec: group('Two'), managedBy: 'api', ifVersion: 1 }, 'user:ada')
      expect([made.version, changed.version, changed.id]).toEqual([1, 2, 'one'])
      expect((await resources.get('Group', 'default', 'one'))?.spec).toEqual(group('Two'))
    })

    test('a field that came since a resource was put reads as when nothing is said', async () => {
      const { resources } = fixture.store
      const old = { title: 'Old', keys: [{ kind: 'dataset', hash: 'a'.repeat(64) }] } as unknown as Spec<'Consumer'> // as an earlier version kept it
      await resources.put({ kind: 'Consumer', project: 'default', name: 'old', spec: old, managedBy: 'api' }, 'system')
      const read = await resources.get('Consumer', 'default', 'old')
      expect(read?.spec).toMatchObject({ title: 'Old', groups: [], keys: [{ verbs: ['read', 'write'] }] })
      expect((await resources.list('Consumer', 'default')).find(({ name }) => name === 'old')?.spec).toEqual(read?.spec)
    })

    test('putting what is there already changes nothing and tells nobody', async () => {
      const { resources } = fixture.store
      const seen: string[] = []
      const stop = resources.watch((kind, name) => seen.push(`${kind}/${name}`))
      await resources.put({ ...key('same'), spec: group('x'), managedBy: 'file' }, 'system')
      const again = await resources.put({ ...key('same'), spec: group('x'), managedBy: 'file' }, 'system')
      stop()
      await resources.remove('Group', 'default', 'same', 'system')
      expect([again.version, seen]).toEqual([1, ['Group/same']])
    })

    test('a change that expects another version is a conflict and leaves no audit event', async () => {
      const { resources, audit } = fixture.store
      await resources.put({ ...key('busy'), spec: group('x'), managedBy: 'api', ifVersion: 0 }, 'user:ada')
      const before = await audit.list({})
      const late = resources.put({ ...key('busy'), spec: group('y'), managedBy: 'api', ifVersion: 0 }, 'user:ada')
      await expect(late).rejects.toMatchObject({ code: 'conflict' })
      expect((await audit.list({})).items).toHaveLength(before.items.length)
    })

    test('every change is audited with before and after', async () => {
      const { resources, audit } = fixture.store
      await resources.put({ ...key('watched'), spec: group('a'), managedBy: 'api' }, 'user:ada')
      await resources.put({ ...key('watched'), spec: group('b'), managedBy: 'api' }, 'user:ada')
      await resources.remove('Group', 'default', 'watched', 'user:ada')
      const events = (await audit.list({ actor: 'user:ada' })).items.filter(({ object }) => object === 'Group/watched')
      expect(events.map(({ action, details }) => [action, details?.before, details?.after])).toEqual([
        ['group.remove', group('b'), undefined],
        ['group.update', group('a'), group('b')],
        ['group.create', undefined, group('a')],
      ])
    })

    test('the audit holds what a person is called only as a commitment', async () => {
      const { resources, audit } = fixture.store
      const spec: Spec<'User'> = {
        ...{ title: 'Mara Lind', email: 'mara@example.org', groups: [], language: 'en', roles: ['member'], sample: false, disabled: false },
      }
      await resources.put({ kind: 'User', project: 'default', name: 'mara', spec, managedBy: 'api' }, 'system')
      const [event] = (await audit.list({ action: 'user.create' })).items
      expect(JSON.stringify(event)).not.toMatch(/Lind|example/)
      expect(event?.details?.after).toMatchObject({ email: { commitment: expect.stringMatching(/^[0-9a-f]{64}$/) }, roles: ['member'] })
    })

    test('projects keep their resources apart', async () => {
      const { resources } = fixture.store
      await resources.put({ ...key('shared', 'a'), spec: group('a'), managedBy: 'api' }, 'system')
      await resources.put({ ...key('shared', 'b'), spec: group('b'), managedBy: 'api' }, 'system')
      expect((await resources.list('Group', 'a')).map(({ spec }) => spec.title)).toEqual(['a'])
      expect((await resources.list('Group')).filter((found) => found.name === 'shared')).toHaveLength(2)
      expect(await resources.get('Group', 'c', 'shared')).toBeUndefined()
    })
  })
}
