import { expect, test } from 'vitest'
import { parseTracesSearch, queryOf } from './traces-search.ts'

test('a filter that makes no sense is dropped, the others stay', () => {
  expect(parseTracesSearch({ range: 'century', end: 'blocked', user: 'mara', peek: 12, nonsense: 1, roots: false })).toEqual({
    end: 'blocked',
    user: 'mara',
    peek: '12',
    roots: false,
  })
})

test('the API is asked for what the address says, from a whole minute on', () => {
  const now = Date.UTC(2026, 0, 2, 10, 0, 42)
  expect(queryOf({ range: 'hour', end: 'failed', roots: false }, now)).toEqual({
    from: Date.UTC(2026, 0, 2, 9, 0, 0),
    end: 'failed',
    roots: 'false',
  })
  expect(queryOf({}, now)).toEqual({})
})
