import type { Principal } from '@gatehouse/contracts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDocument, documentOf, type Fixture, find, indexedOf, type Make, newDataset } from './conformance.ts'

const people: Principal[] = ['user:ada', 'user:mara', 'group:people', 'group:sales', 'everyone']
const words = ['leave', 'travel', 'salary', 'laptop', '年假', '差旅', '报销']
const texts = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }).map((chosen) => chosen.join(' '))
const labels = fc.uniqueArray(fc.constantFrom(...people), { maxLength: 3 })

const documentsOf = ({ candidates }: { candidates: readonly { document: string }[] }) =>
  [...new Set(candidates.map(({ document }) => document))].sort()

export function describeSearch(name: string, make: Make): void {
  describe(`${name}: search`, () => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await make()
    })
    afterAll(() => fixture.store[Symbol.asyncDispose]())

    test('nobody finds what they may not read, also after a change of labels', async () => {
      const { store } = fixture
      const document = fc.record({ text: texts, before: labels, after: labels })
      const property = fc.asyncProperty(
        fc.array(document, { minLength: 1, maxLength: 8 }),
        labels,
        texts,
        async (documents, asker, query) => {
          const dataset = await newDataset(store)
          const made = await Promise.all(
            documents.map(({ text, before }) => addDocument(store, { dataset, principals: before }, [text], [1, 0])),
          )
          const check = async (labelsOf: (at: number) => readonly Principal[]) => {
            const allowed = made.filter((_, at) => labelsOf(at).some((label) => asker.includes(label))).map(({ id }) => id)
            const matching = made.filter((_, at) => query.split(' ').some((word) => documents[at]!.text.includes(word))).map(({ id }) => id)
            for (const countWithheld of [false, true]) {
              const asked = {
                project: 'default',
                datasets: [dataset],
                principals: asker,
                text: query,
                words: 300,
                vectors: 100,
                countWithheld,
              }
              const byWords = await store.search.search(asked)
              expect(documentsOf(byWords)).toEqual(allowed.filter((id) => matching.includes(id)).sort())
              expect(byWords.withheld).toBe(countWithheld ? matching.filter((id) => !allowed.includes(id)).length : 0)
              // every vector is near enough: all that may be read, and nothing else
              expect(documentsOf(await store.search.search({ ...asked, vector: Float32Array.of(1, 0) }))).toEqual([...allowed].sort())
            }
          }
          await check((at) => documents[at]!.before)
          await Promise.all(made.map(({ id }, at) => store.documents.setAccess(id, documents[at]!.after)))
          await check((at) => documents[at]!.after)
          await store.search.removeDataset(dataset)
        },
      )
      await fc.assert(property, { numRuns: 40 })
    })

    test('an asker without principals, another dataset and another project find nothing', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const other = await newDataset(store)
      await addDocument(store, { dataset }, ['pelican'])
      expect(await find(store, [dataset], ['everyone'], 'pelican')).toMatchObject([{ place: { sheet: 'Sheet', rows: [1, 2] } }])
      expect(await find(store, [dataset], [], 'pelican')).toEqual([])
      expect(await find(store, [other], ['everyone'], 'pelican')).toEqual([])
      await newDataset(store, 'elsewhere')
      expect(await find(store, [dataset], ['everyone'], 'pelican', 'elsewhere')).toEqual([])
    })

    test('a slow ingest does not bring back an access that was revoked', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const document = await addDocument(store, { dataset }, ['heron'])
      await store.documents.setAccess(document.id, ['group:people'])
      await store.search.replace(indexedOf(document, ['heron again'], 2))
      expect(await find(store, [dataset], ['everyone'], 'heron')).toEqual([])
      expect(await find(store, [dataset], ['group:people'], 'heron')).toHaveLength(1)
    })

    test('a disabled document is not found', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const document = await addDocument(store, { dataset }, ['ibis'])
      await store.documents.update(document.id, { enabled: false })
      expect(await find(store, [dataset], ['everyone'], 'ibis')).toEqual([])
      await store.documents.update(document.id, { enabled: true })
      expect(await find(store, [dataset], ['everyone'], 'ibis')).toHaveLength(1)
    })

    test('a replaced document is found by its new text only, and an older version is refused', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const document = await addDocument(store, { dataset }, ['stork', 'crane'])
      await store.search.replace(indexedOf(document, ['swallow'], 3))
      expect(await find(store, [dataset], ['everyone'], 'stork crane')).toEqual([])
      expect(await find(store, [dataset], ['everyone'], 'swallow')).toMatchObject([{ version: 3, text: 'swallow' }])
      await expect(store.search.replace(indexedOf(document, ['stork'], 2))).rejects.toMatchObject({ code: 'conflict' })
    })

    test('a document is found by what it is called', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      await addDocument(store, { dataset, title: 'Osprey manual' }, ['chapter about batteries', 'chapter about wheels'])
      await addDocument(store, { dataset, title: 'Kestrel manual' }, ['chapter about batteries'])
      const found = await find(store, [dataset], ['everyone'], 'osprey batteries')
      const best = found.sort((a, b) => b.words!.body + b.words!.identity - a.words!.body - a.words!.identity)[0]
      expect(best).toMatchObject({ title: 'Osprey manual', text: 'chapter about batteries', segments: 2 })
      expect(best?.words?.identity).toBeGreaterThan(0)
    })

    test('scores use the statistics of their own dataset', async () => {
      const { store } = fixture
      const small = await newDataset(store)
      const large = await newDataset(store)
      await addDocument(store, { dataset: small }, ['condor nest', 'finch nest'])
      const alone = await find(store, [small], ['everyone'], 'condor')
      for (let at = 0; at < 5; at++) await addDocument(store, { dataset: large }, ['condor one', 'condor two'])
      const together = (await find(store, [small, large], ['everyone'], 'condor')).filter(({ dataset }) => dataset === small)
      expect(together.map(({ words }) => words)).toEqual(alone.map(({ words }) => words))
    })

    test('statistics follow every change back to nothing', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const fresh = await store.search.weights([dataset], ['falcon', 'nest'])
      const document = await addDocument(store, { dataset }, ['falcon nest', 'nest'])
      expect((await store.search.weights([dataset], ['falcon'])).get('falcon')).toBeCloseTo(Math.log(1 + 1.5 / 1.5))
      await store.search.replace(indexedOf(document, ['nest'], 2))
      expect((await store.search.weights([dataset], ['falcon'])).get('falcon')).toBeCloseTo(Math.log(2))
      await store.documents.remove(document.id)
      expect(await store.search.weights([dataset], ['falcon', 'nest'])).toEqual(fresh)
    })

    test('nothing a person types is syntax', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      await addDocument(store, { dataset }, ['penguin colony'])
      for (const text of [
        '"',
        'OR',
        'penguin OR',
        'NOT penguin',
        'tokens: penguin',
        'NEAR(penguin)',
        'penguin*',
        '^penguin',
        "'); DROP TABLE segment",
        '\0',
        '-',
        '',
      ])
        await expect(find(store, [dataset], ['everyone'], text)).resolves.toBeInstanceOf(Array)
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
          await find(store, [dataset], ['everyone'], text)
        }),
        { numRuns: 150 },
      )
      expect(await find(store, [dataset], ['everyone'], 'NOT "penguin"*')).toHaveLength(1)
    })

    test('the access filter keeps the order of what it leaves', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      for (let at = 0; at < 30; at++)
        await addDocument(store, { dataset, principals: at % 3 ? ['group:people', 'everyone'] : ['group:people'] }, [
          `raven ${'raven '.repeat(at % 5)}${'other '.repeat(at % 7)}`,
        ])
      const all = await find(store, [dataset], ['group:people'], 'raven')
      const some = await find(store, [dataset], ['everyone'], 'raven')
      const readable = new Set(some.map(({ segment }) => segment))
      expect(some).toHaveLength(20)
      expect(some.map(({ segment }) => segment)).toEqual(all.map(({ segment }) => segment).filter((id) => readable.has(id)))
    })

    test('vectors find what words do not, nearest first, under the same filter', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const add = (text: string, principals: Principal[], vector: number[]) => addDocument(store, { dataset, principals }, [text], vector)
      await add('albatross', ['everyone'], [1, 0, 0])
      await add('puffin', ['everyone'], [0.9, 0.1, 0])
      await add('secret puffin', ['group:people'], [0.9, 0.1, 0])
      await add('of another model', ['everyone'], [1, 0])
      const query = { project: 'default', datasets: [dataset], text: 'albatross', words: 300, vectors: 2 }
      const { candidates } = await store.search.search({ ...query, principals: ['everyone'], vector: Float32Array.from([0.9, 0.1, 0]) })
      const found = candidates.map(({ text, words, distance }) => [text, words !== undefined, distance! < 0.0001])
      expect(found).toEqual([
        ['albatross', true, false],
        ['puffin', false, true],
      ])
      expect((await store.search.search({ ...query, principals: [], vector: Float32Array.from([1, 0, 0]) })).candidates).toEqual([])
    })

    test('vectors go and come with their document, and with a change of its labels', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      const near = async (principals: Principal[], vector = [1, 0, 0, 0]) => {
        const query = { project: 'default', datasets: [dataset], text: '', words: 300, vectors: 10, principals }
        const { candidates } = await store.search.search({ ...query, vector: Float32Array.from(vector) })
        return candidates.map(({ text }) => text).sort()
      }
      const document = await addDocument(store, { dataset }, ['one', 'two'], [1, 0, 0, 0])
      const other = await addDocument(store, { dataset }, ['three'], [0, 1, 0, 0])
      expect(await near(['everyone'])).toEqual(['one', 'three', 'two'])
      await store.search.replace(indexedOf(document, ['four'], 2, [1, 0, 0, 0]))
      expect(await near(['everyone'])).toEqual(['four', 'three'])
      // of a model of another length, and without any: words only
      await store.search.replace(indexedOf(document, ['five'], 3, [1, 0]))
      expect(await near(['everyone'])).toEqual(['three'])
      await store.search.replace(indexedOf(document, ['six'], 4))
      expect(await near(['everyone'])).toEqual(['three'])
      await store.search.replace(indexedOf(document, ['seven'], 5, [1, 0, 0, 0]))
      const [segment] = (await store.documents.segments(document.id)).items
      await store.documents.setQuarantine(segment!.id, { rule: 'test', score: 1 })
      expect(await near(['everyone'])).toEqual(['three'])
      await store.documents.setQuarantine(segment!.id, undefined)
      await store.documents.setAccess(other.id, ['group:people'])
      expect(await near(['everyone'])).toEqual(['seven'])
      expect(await near(['group:people'])).toEqual(['three'])
      await store.documents.remove(document.id)
      expect(await near(['everyone'])).toEqual([])
      expect(await store.search.counts(dataset)).toMatchObject({ documents: 1, segments: 1 })
    })

    test('what both legs found has both raw scores', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      await addDocument(store, { dataset }, ['kingfisher'], [0.6, 0.8])
      const query = { project: 'default', datasets: [dataset], text: 'kingfisher', words: 300, vectors: 10 }
      const { candidates } = await store.search.search({ ...query, principals: ['everyone'], vector: Float32Array.of(1, 0) })
      expect(candidates).toHaveLength(1)
      expect(candidates[0]?.words?.body).toBeGreaterThan(0)
      expect(candidates[0]?.distance).toBeCloseTo(0.4, 3)
    })

    test('a removed dataset takes all its documents with it', async () => {
      const { store } = fixture
      const dataset = await newDataset(store)
      for (let at = 0; at < 60; at++) await addDocument(store, { dataset }, ['gull'])
      expect(await store.search.counts(dataset)).toMatchObject({ documents: 60, segments: 60 })
      expect(await store.search.removeDataset(dataset)).toBe(60)
      expect(await find(store, [dataset], ['everyone'], 'gull')).toEqual([])
      await expect(store.documents.put(documentOf({ dataset }))).rejects.toMatchObject({ code: 'not_found' })
    })
  })
}
