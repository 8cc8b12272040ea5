import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDocument, documentOf, type Fixture, find, indexedOf, type Make, newDataset } from './conformance.ts'

export function describeDocuments(name: string, make: Make): void {
  describe(`${name}: documents`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('a document is found by id, by path and in its project only', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const document = documentOf({ dataset, path: 'hr/leave.md' })
      await store.documents.put(document)
      expect(await store.documents.get('default', document.id)).toEqual(document)
      expect(await store.documents.byPath(dataset, 'hr/leave.md')).toEqual(document)
      expect(await store.documents.get('other', document.id)).toBeUndefined()
    })

    test('a second document with the same path is a conflict', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      await store.documents.put(documentOf({ dataset, path: 'a' }))
      await expect(store.documents.put(documentOf({ dataset, path: 'a' }))).rejects.toMatchObject({ code: 'conflict' })
    })

    test('a document needs its dataset in its project', async () => {
      const { store } = fixture
      const dataset = await newDataset(store, 'another')
      await expect(store.documents.put(documentOf({ dataset }))).rejects.toMatchObject({ code: 'not_found' })
    })

    test('a list filters by keyword, batch and readers and counts what it left for later pages', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      for (let at = 0; at < 7; at++)
        await store.documents.put(
          documentOf({
            dataset,
            title: at < 3 ? 'Travel 100%' : 'Leave',
            batch: `b${at % 2}`,
            principals: at === 6 ? ['user:mara'] : ['group:people'],
          }),
        )
      const first = await store.documents.list(dataset, { limit: 4 })
      const second = await store.documents.list(dataset, { limit: 4, ...(first.next !== undefined && { after: first.next }) })
      expect([first.total, first.items.length, second.items.length, second.next]).toEqual([7, 4, 3, undefined])
      expect((await store.documents.list(dataset, { keyword: 'TRAVEL 100%' })).total).toBe(3)
      expect((await store.documents.list(dataset, { keyword: '%' })).total).toBe(3)
      expect((await store.documents.list(dataset, { batch: 'b1' })).total).toBe(3)
      expect((await store.documents.list(dataset, { readableBy: ['user:mara'] })).total).toBe(1)
      expect((await store.documents.list(dataset, { readableBy: [] })).total).toBe(0)
    })

    test('an update changes a few fields of the newest state', async () => {
      const { store } = fixture
      const document = documentOf({ dataset: await newDataset(store) })
      await store.documents.put(document)
      await Promise.all([store.documents.update(document.id, { characters: 7 }), store.documents.update(document.id, { segments: 3 })])
      expect(await store.documents.get('default', document.id)).toMatchObject({ characters: 7, segments: 3 })
      await expect(store.documents.update('unknown', {})).rejects.toMatchObject({ code: 'not_found' })
    })

    test('segments are listed in order and found by id', async () => {
      const { store } = fixture
      const document = await addDocument(store, { dataset: await newDataset(store) }, ['one', 'two', 'three'])
      const page = await store.documents.segments(document.id, { limit: 2 })
      expect(page.items.map(({ text, position, headings, place }) => [text, position, headings, place])).toEqual([
        ['one', 1, ['Part'], { sheet: 'Sheet', rows: [1, 2] }],
        ['two', 2, ['Part'], { sheet: 'Sheet', rows: [2, 3] }],
      ])
      const rest = await store.documents.segments(document.id, { after: Number(page.next) })
      expect(rest.items.map(({ text }) => text)).toEqual(['three'])
      const ids = [rest.items[0]!.id, 'unknown', page.items[0]!.id]
      expect((await store.documents.segmentsById(ids)).map(({ text }) => text)).toEqual(['three', 'one'])
    })

    test('a quarantined segment is visible and not found, until it is released', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const document = documentOf({ dataset })
      await store.documents.put(document)
      const indexed = indexedOf(document, ['zebra crossing', 'zebra farm'])
      const [first, second] = indexed.segments
      const quarantine = { rule: 'injection.override', score: 0.9 }
      await store.search.replace({ ...indexed, segments: [{ ...first!, quarantine }, second!] })
      const texts = async () => (await find(store, [dataset], ['everyone'], 'zebra')).map(({ text }) => text).sort()
      expect(await texts()).toEqual(['zebra farm'])
      expect((await store.documents.segments(document.id)).items[0]?.quarantine).toEqual(quarantine)
      await store.documents.setQuarantine(first!.id, undefined)
      expect(await texts()).toEqual(['zebra crossing', 'zebra farm'])
      await store.documents.setQuarantine(second!.id, quarantine)
      expect(await texts()).toEqual(['zebra crossing'])
    })

    test('a removed document leaves nothing behind', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const document = await addDocument(store, { dataset }, ['okapi'])
      const [segment] = (await store.documents.segments(document.id)).items
      expect([await store.documents.remove(document.id), await store.documents.remove(document.id)]).toEqual([true, false])
      expect(await find(store, [dataset], ['everyone'], 'okapi')).toEqual([])
      expect(await store.documents.segmentsById([segment!.id])).toEqual([])
      expect(await store.search.counts(dataset)).toEqual({ documents: 0, segments: 0, characters: 0 })
      await expect(store.search.replace(indexedOf(document, ['okapi']))).rejects.toMatchObject({ code: 'not_found' })
    })
  })
}
