import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addDocument, newDataset } from '../../conformance/conformance.ts'
import { Place } from '../fixtures/open.ts'
import { Database } from './database.ts'
import { wordsStatement } from './search.ts'

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
      expect(scans).toEqual(['SCAN f VIRTUAL TABLE INDEX 0:M1', 'SCAN f VIRTUAL TABLE INDEX 0:M1'])
      expect(plan.filter((line) => line.startsWith('SEARCH f '))).toEqual([])
      expect(plan.filter((line) => /SCAN (g|d|document_acl)\b/.test(line))).toEqual([])
    }
    database.close()
  })
})
