import { createSessions, type Passwords } from '@gatehouse/admin'
import type { Amounts, Limit } from '@gatehouse/kernel'
import { afterEach, expect, test } from 'vitest'
import { Throttle } from '../../packages/admin/src/sessions/throttle.ts'
import { newDataset, TestClock } from '../../packages/storage/src/conformance/conformance.ts'
import { MemoryCounters } from '../../packages/storage/src/counters/memory-counters.ts'
import { openFixture } from '../../packages/storage/src/embedded/fixtures/open.ts'

const minute = 60_000
const hour = 60 * minute
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const limit: Limit = { id: 'consumer', unit: 'requests', most: 3, window: minute }
function ledger() {
  const clock = new TestClock()
  const counters = new MemoryCounters(clock)
  let id = 0
  const reserve = async (estimate: Amounts = { requests: 1 }) => {
    const call = `call ${id++}`
    const { granted } = await counters.reserve({ id: call, limits: [limit], estimate, expiresAt: clock.now() + 10 * minute })
    return { call, granted }
  }
  return { clock, counters, reserve }
}

test('the ledger: after the clock was set back an hour a limit still limits, and frees within its window', async () => {
  const { clock, counters, reserve } = ledger()
  for (let at = 0; at < 3; at++) expect((await reserve()).granted).toBe(true)
  clock.advance(-hour)
  expect((await reserve()).granted).toBe(false) // what was used a moment ago was used a moment ago
  clock.advance(minute + minute / 10)
  for (let at = 0; at < 3; at++) expect((await reserve()).granted).toBe(true)
  expect((await reserve()).granted).toBe(false)
  clock.advance(2 * minute)
  expect(counters.used(limit)).toBe(0)
})

test('the ledger: a hold from before the jump is settled after it, and no count falls below nothing', async () => {
  for (const jump of [-hour, -1000, hour, -24 * hour]) {
    const { clock, counters, reserve } = ledger()
    const { call } = await reserve({ requests: 3 })
    clock.advance(jump)
    await reserve({ requests: 0 }) // somebody looks
    clock.advance(minute / 2)
    counters.settle(call, { requests: 1 })
    expect(counters.open()).toBe(1)
    expect(counters.used(limit)).toBeGreaterThanOrEqual(0)
    expect(counters.used(limit)).toBeLessThanOrEqual(3)
    for (let step = 0; step < 30; step++) {
      clock.advance(minute / 10)
      expect(counters.used(limit)).toBeGreaterThanOrEqual(0)
    }
    expect(counters.used(limit)).toBe(0)
  }
})

test('leases: work of a process that died is taken over though the clock was set back, and two never hold the same', async () => {
  const { store, clock } = await openFixture()
  closing.push(() => store[Symbol.asyncDispose]())
  const test = clock as TestClock
  const lease = (owner: string) => store.jobs.lease('queue', { owner, milliseconds: 30_000, limit: 1 })
  await store.jobs.add('queue', 'work', { runAt: test.now() - 2 * hour })
  const [first] = await lease('one')
  expect(await lease('two')).toEqual([])
  test.advance(-hour)
  const [second] = await lease('two')
  expect(second?.payload).toBe('work')
  expect(await lease('three')).toEqual([])
  expect(await store.jobs.complete(first!, 'one')).toBe(false) // the late owner's result is dropped
  expect(await store.jobs.renew(second!, 'two', 30_000)).toBe(true)
  expect(await store.jobs.complete(second!, 'two')).toBe(true)
})

test('leases: clocks of two servers that differ by a minute take nothing from each other', async () => {
  const { store, clock } = await openFixture()
  closing.push(() => store[Symbol.asyncDispose]())
  const test = clock as TestClock
  await store.jobs.add('queue', 'work', { runAt: test.now() - hour })
  expect(await store.jobs.lease('queue', { owner: 'ahead', milliseconds: 30_000, limit: 1 })).toHaveLength(1)
  test.advance(-minute)
  expect(await store.jobs.lease('queue', { owner: 'behind', milliseconds: 30_000, limit: 1 })).toEqual([])
})

test('sessions: who is signed in stays so after a jump back, and nobody is locked out until the clock is there again', async () => {
  const { store, clock } = await openFixture()
  closing.push(() => store[Symbol.asyncDispose]())
  const test = clock as TestClock
  const passwords: Passwords = {
    hash: async (password) => `hash of ${password}`,
    verify: async (password, hash) => hash === `hash of ${password}`,
  }
  const { records, resources, audit } = store
  const spec = {
    title: 'Ada',
    email: 'ada@firm.example',
    groups: [],
    roles: ['owner' as const],
    language: 'en' as const,
    disabled: false,
    sample: false,
  }
  await resources.put({ kind: 'User', project: 'default', name: 'ada', spec, managedBy: 'api' }, 'system')
  const sessions = createSessions({ records, resources, audit, passwords, clock, loopback: true })
  const link = await sessions.createLink({ kind: 'setup', user: 'ada' })
  const opened = await sessions.redeem(link.token, 'console')
  test.advance(-hour)
  expect(await sessions.verify(opened.token, 'console')).toMatchObject({ user: 'ada' })
  test.advance(13 * hour)
  expect(await sessions.verify(opened.token, 'console')).toBeUndefined()

  const throttle = new Throttle(test)
  for (let at = 0; at < 5; at++) expect(throttle.take([['ada', 5]])).toBe(0)
  expect(throttle.take([['ada', 5]])).toBeGreaterThan(0)
  test.advance(-hour)
  expect(throttle.take([['ada', 5]])).toBe(0)
})

test('documents and audit go on after a jump back, and the chain verifies', async () => {
  const { store, clock } = await openFixture()
  closing.push(() => store[Symbol.asyncDispose]())
  const test = clock as TestClock
  const append = () => store.audit.append({ at: test.now(), project: 'default', actor: 'system', action: 'clock.test' })
  await append()
  await store.audit.sign()
  test.advance(-hour)
  await append()
  await newDataset(store)
  await store.audit.sign()
  expect(await store.audit.verify()).toMatchObject({ intact: true, problems: [] })
})
