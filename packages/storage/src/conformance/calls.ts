import { randomUUID } from 'node:crypto'
import { uuidv7 } from '@gatehouse/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callOf, type Fixture, type Make, writeCall } from './conformance.ts'

export function describeCalls(name: string, make: Make): void {
  describe(`${name}: calls and contents`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('a call written twice is kept once, as it was first', async () => {
      const { store } = fixture
      const call = callOf({ id: uuidv7(), project: 'twice' })
      await Promise.all([writeCall(store, call), writeCall(store, { ...call, status: 500 }), writeCall(store, call)])
      await store.journal.flush()
      expect((await store.calls.list({ project: 'twice' })).items).toEqual([call])
      expect(await store.calls.get('twice', call.id)).toEqual(call)
      expect(await store.calls.get('default', call.id)).toBeUndefined()
    })

    test('calls are listed newest first, page by page, filtered', async () => {
      const { store } = fixture
      const ids = Array.from({ length: 5 }, (_, at) => uuidv7(1_700_000_000_000 + at))
      for (const [at, id] of ids.entries())
        await writeCall(
          store,
          callOf({ id, project: 'pages', at: at * 10, user: at < 2 ? 'ada' : 'mara', ...(at === 4 && { parent: ids[3]! }) }),
        )
      await store.journal.flush()
      const first = await store.calls.list({ project: 'pages', limit: 2 })
      const second = await store.calls.list({ project: 'pages', limit: 2, after: first.next! })
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([ids[4], ids[3], ids[2], ids[1]])
      expect((await store.calls.list({ project: 'pages', user: 'ada' })).items.map(({ id }) => id)).toEqual([ids[1], ids[0]])
      expect((await store.calls.list({ project: 'pages', roots: true, from: 20 })).items.map(({ id }) => id)).toEqual([ids[3], ids[2]])
      expect((await store.calls.children(ids[3]!)).map(({ id }) => id)).toEqual([ids[4]])
    })

    test('numbers no column takes hold up nobody: the line is kept as it is, and those behind it are taken', async () => {
      const { store } = fixture
      const odd = [1.5, 1e300, -1e300, 2 ** 63, Number.NaN].map((inputTokens, at) =>
        callOf({
          id: uuidv7(1000 + at),
          project: 'odd',
          usage: { inputTokens, outputTokens: 0.25, source: 'provider' },
          duration: inputTokens,
        }),
      )
      for (const call of odd) await writeCall(store, call)
      const last = callOf({ id: uuidv7(2000), project: 'odd' })
      await writeCall(store, last)
      await store.journal.flush()
      const { items } = await store.calls.list({ project: 'odd' })
      expect(items.map(({ id }) => id)).toEqual([last, ...odd.toReversed()].map(({ id }) => id))
    })

    test('a summary counts calls by what callers asked and tokens by what models used', async () => {
      const { store } = fixture
      const write = (change: Partial<Parameters<typeof callOf>[0]>) =>
        writeCall(store, callOf({ id: uuidv7(change.at), project: 'sums', ...change }))
      const app = uuidv7(0)
      const retrieval = [{ datasets: [], used: [], left: [], withheld: 0, weak: true, took: 1 }]
      await write({ id: app, at: 0, operation: 'app', duration: 100, retrieval })
      await write({ parent: app, at: 1, duration: 90, usage: { inputTokens: 10, outputTokens: 5, source: 'provider' } })
      await write({
        at: 1,
        consumer: 'ingest',
        operation: 'embed',
        duration: 5,
        usage: { inputTokens: 2, outputTokens: 0, source: 'provider' },
      })
      await write({ at: 2, end: 'blocked', duration: 300 })
      await write({ at: 3, end: 'failed', status: 429, error: { code: 'quota_exceeded', message: '' }, duration: 200 })
      await write({ at: 1005, end: 'failed', status: 502, error: { code: 'upstream_failed', message: '' }, duration: 7 })
      await store.journal.flush()
      expect(await store.calls.summary({ project: 'sums', from: 0, to: 5000, step: 1000 })).toEqual([
        { at: 0, calls: 3, failed: 1, blocked: 1, refused: 1, inputTokens: 12, outputTokens: 5, p50: 200, p95: 300 },
        { at: 1000, calls: 1, failed: 1, blocked: 0, refused: 0, inputTokens: 0, outputTokens: 0, p50: 7, p95: 7 },
      ])
    })

    test('an erased person leaves no readable word', async () => {
      const { store } = fixture
      const say = (user: string) => {
        const call = callOf({ id: uuidv7(), user, content: 'full' })
        const content = {
          level: 'full',
          dialect: 'openai',
          request: 'a question',
          reply: [Buffer.from('an '), Buffer.from('answer')],
        } as const
        return new Promise<string>((resolve) => store.journal.write(call, content, () => resolve(call.id)))
      }
      const conversation = {
        id: randomUUID(),
        project: 'default',
        app: 'support',
        owner: 'user:mara',
        name: 'About leave',
        createdAt: 1,
        updatedAt: 1,
      }
      await store.conversations.put(conversation)
      const turn = {
        id: uuidv7(),
        conversation: conversation.id,
        project: 'default',
        call: uuidv7(),
        at: 2,
        query: 'why',
        answer: 'so',
        status: 'complete',
      } as const
      await store.conversations.append({ ...turn, citations: [] })
      const [mara, ada] = [await say('mara'), await say('ada')]
      await store.journal.flush()
      expect(await store.contents.get(mara)).toEqual({ request: 'a question', reply: 'an answer' })
      expect(await store.contents.erase('user:mara')).toBeGreaterThan(0)
      expect(await store.contents.get(mara)).toBeUndefined()
      expect(await store.contents.get(ada)).toBeDefined()
      expect(await store.conversations.message(turn.id)).toMatchObject({ query: '', answer: '' })
      expect((await store.conversations.get(conversation.id))?.name).toBe('')
      const later = await say('mara')
      await store.journal.flush()
      expect(await store.contents.get(later)).toBeDefined()
    })

    test('redacted content that cannot be redacted is lost, never kept as it is', async () => {
      const { store } = fixture
      const call = callOf({ id: uuidv7(), content: 'redacted' })
      const content = { level: 'redacted', dialect: 'unknown-to-the-redactor', request: new Uint8Array([1]), reply: '' } as const
      await new Promise<void>((resolve) => store.journal.write(call, content, () => resolve()))
      await store.journal.flush()
      expect(await store.contents.get(call.id)).toBeUndefined()
    })
  })
}
