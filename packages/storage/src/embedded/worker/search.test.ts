import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addDocument, newDataset } from '../../conformance/conformance.ts'
import { Place } from '../fixtures/open.ts'
import { Database } from './database.ts'
import { wordsStatement } from './search.ts'
import { exactStatement, signsStatement, vectorsLeg } from './vectors.ts'

describe('the words leg', () => {
  test('walks each full-text index once, never looking up single rows', async () => {
    using place = new Place()
    {
      await using store = await place.open()
      const dataset = await newDataset(store)
      for (let at = 0; at < 20; at++) await addDocument(store, { dataset }, ['pelican', 'heron'])
    }
    const database = new Database(join(place.directory, 'store.db'), { readOnly: true })
    for (const withheld of [false, true]) {
      const statement = wordsStatement({ segment: 'segment_fts_1', document: 'document_fts_1' }, withheld)
      const plan = database
        .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, '[1]', '["everyone"]', '"pelican"', 300)
        .map(({ detail }) => detail)
      const scans = plan.filter((line) => line.startsWith('SCAN f VIRTUAL TABLE'))
      // `=` or a bound in the index string would mean: by row id
      expect(scans).toEqual(Array(withheld ? 3 : 2).fill('SCAN f VIRTUAL TABLE INDEX 0:M1'))
      expect(plan.filter((line) => line.startsWith('SEARCH f '))).toEqual([])
      expect(plan.filter((line) => /SCAN (g|d|document_acl)\b/.test(line))).toEqual([])
    }
    database.close()
  })
})

describe('the vectors leg', () => {
  const principals = ['everyone']
  const vectors = [
    [1, 0.1, 0.1, -0.1],
    [0.9, 0.4, 0.1, -0.1],
    [-1, 0.1, -0.1, 0.1],
    [0.2, 0.1, 1, -0.3],
  ]
  test('compares everything up to a number of readable segments and lets signs choose above it: both find the same under the same filter', async () => {
    using place = new Place()
    {
      await using store = await place.open()
      const dataset = await newDataset(store)
      for (const vector of vectors) await addDocument(store, { dataset }, ['text'], vector)
      await addDocument(store, { dataset, principals: ['group:people'] }, ['secret'], vectors[0])
      const hidden = await addDocument(store, { dataset }, ['hidden'], vectors[0])
      const { items } = await store.documents.segments(hidden.id)
      await store.documents.setQuarantine(items[0]!.id, { rule: 'test', score: 1 })
      const released = await addDocument(store, { dataset }, ['released'], vectors[1])
      const [segment] = (await store.documents.segments(released.id)).items
      await store.documents.setQuarantine(segment!.id, { rule: 'test', score: 1 })
      await store.documents.setQuarantine(segment!.id, undefined)
    }
    const database = new Database(join(place.directory, 'store.db'), { readOnly: true })
    const leg = { datasets: [1], principals, vector: Float32Array.from(vectors[0]!), most: 100 }
    const context = { database } as Parameters<typeof vectorsLeg>[0] // the leg reads nothing else
    const exact = vectorsLeg(context, leg)
    const bySigns = vectorsLeg(context, leg, 3)
    expect([...exact.keys()]).toEqual([1, 2, 7, 4, 3])
    expect([...bySigns]).toEqual([...exact])
    const asked = (statement: string) => [
      ...database.all<{ detail: string }>(
        `EXPLAIN QUERY PLAN ${statement}`,
        ...['[1]', '["everyone"]', new Uint8Array(16), 100, ...(statement === signsStatement ? [new Uint8Array(1), 400] : [])],
      ),
    ]
    const plans = [exactStatement, signsStatement].map((statement) => asked(statement).map(({ detail }) => detail))
    // no table is walked from end to end, and the filter stands in the leg itself
    for (const plan of plans) expect(plan.filter((line) => /^SCAN (g|x|b|document_acl)\b/.test(line))).toEqual([])
    expect(plans[0]).toContainEqual(expect.stringMatching(/^SEARCH g USING INDEX segment_by_document \(document=\?\)/))
    expect(plans[1]).toContainEqual(expect.stringMatching(/^SEARCH b USING PRIMARY KEY \(document=\?\)/))
    database.close()
  })
})
