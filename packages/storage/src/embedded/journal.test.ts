import { appendFileSync, mkdirSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { uuidv7 } from '@gatehouse/kernel'
import { describe, expect, test, vi } from 'vitest'
import { callOf, writeCall } from '../conformance/conformance.ts'
import { Place } from './fixtures/open.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('the journal', () => {
  test('a full disk refuses calls until a write succeeds, and tears no line', async () => {
    using place = new Place()
    let disk: 'free' | 'short' | 'full' = 'free'
    const write = (handle: number, bytes: Uint8Array) => {
      if (disk === 'full') throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      return writeSync(handle, disk === 'short' ? bytes.subarray(0, bytes.length / 2) : bytes)
    }
    await using store = await place.open({ journal: { write } })
    const [first, short, next, full, last] = [1, 2, 3, 4, 5].map((at) => callOf({ id: uuidv7(at) }))
    await writeCall(store, first!)
    disk = 'short'
    await expect(writeCall(store, short!)).rejects.toMatchObject({ code: 'overloaded' })
    expect(() => store.journal.check()).toThrow('disk full')
    disk = 'free' // let in before the failure, written after it
    await writeCall(store, next!)
    disk = 'full'
    await expect(writeCall(store, full!)).rejects.toMatchObject({ code: 'overloaded' })
    await expect(store.check()).rejects.toMatchObject({ code: 'overloaded' })
    disk = 'free'
    await vi.waitFor(() => store.journal.check(), { timeout: 5000 })
    await writeCall(store, last!)
    await store.journal.flush()
    expect((await store.calls.list({ project: 'default' })).items).toEqual([last, next, first])
  })

  test('what a dead process left is replayed once, but for a torn last line', async () => {
    using place = new Place()
    const folder = join(place.directory, 'journal')
    mkdirSync(folder, { recursive: true })
    const calls = [1, 2, 3].map((at) => callOf({ id: uuidv7(at) }))
    const lines = calls.map((call) => JSON.stringify(call))
    writeFileSync(join(folder, 'dead-000001.jsonl'), `${lines[0]}\n${lines[1]}\n${lines[0]}\n`)
    appendFileSync(join(folder, 'dead-000001.jsonl'), lines[2]!.slice(0, 40))
    for (let start = 0; start < 2; start++) {
      await using store = await place.open()
      expect((await store.calls.list({ project: 'default' })).items).toEqual([calls[1], calls[0]])
      expect((await store.audit.verify()).intact).toBe(true)
      expect(readdirSync(folder).some((name) => name.startsWith('dead'))).toBe(false)
    }
  })

  test('a damaged line is recorded in the audit and stops nothing', async () => {
    using place = new Place()
    const folder = join(place.directory, 'journal')
    mkdirSync(folder, { recursive: true })
    const call = callOf({ id: uuidv7() })
    writeFileSync(join(folder, 'dead-000001.jsonl'), `garbage\n${JSON.stringify(call)}\n`)
    await using store = await place.open()
    expect((await store.calls.list({ project: 'default' })).items).toEqual([call])
    expect((await store.audit.list({ action: 'journal.damaged' })).items[0]?.details).toEqual({ lines: 1 })
  })

  test('many calls are bound in batches, each once', async () => {
    using place = new Place()
    await using store = await place.open()
    await Promise.all(Array.from({ length: 1700 }, () => writeCall(store, callOf({ id: uuidv7() }))))
    await store.journal.flush()
    const report = await store.audit.verify()
    expect([report.intact, report.batches > 1]).toEqual([true, true])
    const bound = (await store.audit.list({ action: 'journal.bind', limit: 100 })).items.reduce(
      (sum, { details }) => sum + Number(details?.calls),
      0,
    )
    expect(bound).toBe(1700)
  })

  test('columns say what the record says, wherever in the line it stands', async () => {
    using place = new Place()
    await using store = await place.open()
    const usage = { inputTokens: 3, outputTokens: 4, source: 'provider' } as const
    const error = { code: 'upstream_failed', message: 'a ","layers":[ in a message' }
    const { layers, ...facts } = callOf({ id: uuidv7(5), at: 5, user: 'ada', end: 'failed', usage, error })
    const front = { ...facts, layers }
    const back = callOf({ id: uuidv7(6), at: 6, user: 'ada', end: 'failed', usage, error }) // all of these stand behind `layers`
    await Promise.all([front, back].map((call) => writeCall(store, call)))
    await store.journal.flush()
    expect((await store.calls.list({ project: 'default', user: 'ada' })).items).toEqual([back, front])
    expect(await store.calls.summary({ project: 'default', from: 0, to: 10, step: 10 })).toMatchObject([
      { calls: 2, failed: 2, inputTokens: 6, outputTokens: 8 },
    ])
    expect((await store.audit.verify()).intact).toBe(true)
  })

  test('a new file begins when one is full, and a taken one goes', async () => {
    using place = new Place()
    const folder = join(place.directory, 'journal')
    {
      await using store = await place.open({ journal: { rotateAt: 2000 } })
      for (let at = 0; at < 40; at++) await writeCall(store, callOf({ id: uuidv7() }))
      expect(readdirSync(folder).length).toBeGreaterThan(3)
      await store.journal.flush()
      expect(readdirSync(folder)).toHaveLength(1)
      expect((await store.calls.list({ project: 'default' })).items).toHaveLength(40)
    }
    expect(readdirSync(folder)).toEqual([])
  })

  test('content that finds no room is recorded as off', { timeout: 20_000 }, async () => {
    using place = new Place()
    await using store = await place.open()
    const request = new Uint8Array(12 << 20).fill(32)
    const calls = Array.from({ length: 4 }, () => callOf({ id: uuidv7(), content: 'full' }))
    const write = (call: (typeof calls)[number]) =>
      new Promise<void>((resolve) => store.journal.write(call, { level: 'full', dialect: 'openai', request, reply: '' }, () => resolve()))
    await Promise.all(calls.map(write))
    await store.journal.flush()
    const kept = await Promise.all(
      calls.map(async ({ id }) => [(await store.calls.get('default', id))?.content, (await store.contents.get(id)) !== undefined]),
    )
    expect(kept).toEqual([
      ['full', true],
      ['full', true],
      ['off', false],
      ['off', false],
    ])
  })

  test('redacted content goes through the redactor', async () => {
    using place = new Place()
    await using store = await place.open({ redactor: new URL('./fixtures/redactor.ts', import.meta.url) })
    const call = callOf({ id: uuidv7(), content: 'redacted' })
    const content = { level: 'redacted', dialect: 'shout', request: Buffer.from('my card is 4111'), reply: 'card 4111 noted' } as const
    await new Promise<void>((resolve) => store.journal.write(call, content, () => resolve()))
    await store.journal.flush()
    expect(await store.contents.get(call.id)).toEqual({ request: 'MY CARD IS [number]', reply: 'card [number] noted' })
  })
})
