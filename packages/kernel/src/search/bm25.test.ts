import { describe, expect, it } from 'vitest'
import { type Scorable, scoreWords } from './bm25.ts'
import type { DatasetStatistics } from './statistics.ts'

const dataset = (count: number, frequencies: Record<string, number> = {}): DatasetStatistics => {
  const field = { count, averageLength: 5, frequency: (term: string) => frequencies[term] ?? 0 }
  return { body: field, identity: field }
}
const row = (body: string, more: Partial<Scorable> = {}): Scorable => ({ dataset: 'd', body, identity: '', segments: 1, ...more })
const score = (query: string, rows: readonly Scorable[], statistics = dataset(10, { leav: 2, carri: 1, over: 9 })) =>
  scoreWords(query, rows, new Map([['d', statistics]]))

describe('scoreWords', () => {
  it('gives the textbook figure', () => {
    const [only] = score('leave', [row('leave days count here five')])
    const idf = Math.log(1 + (10 - 2 + 0.5) / (2 + 0.5))
    expect(only!.body).toBeCloseTo((idf * 2.2) / (1 + 1.2), 6)
    expect(only!.ceiling).toBeCloseTo(idf * 2.2, 6)
    expect(only!.coverage).toBe(1)
  })
  it('a rare term weighs more than a common one', () => {
    const [rare, common] = score('carry over', [row('carry'), row('over')])
    expect(rare!.body).toBeGreaterThan(common!.body)
  })
  it('a term that most rows hold still counts for something', () => {
    const [found] = score('over', [row('over')])
    expect(found!.body).toBeGreaterThan(0)
  })
  it('words that stand together beat words far apart', () => {
    const [near, far] = score('leave carry', [
      row('leave carry one two three four five six seven eight nine ten'),
      row('leave one two three four five six seven eight nine ten carry'),
    ])
    expect(near!.body).toBeGreaterThan(far!.body)
  })
  it('each row is measured by its own dataset', () => {
    const statistics = new Map([
      ['small', dataset(3, { leav: 3 })],
      ['big', dataset(3000, { leav: 3 })],
    ])
    const [small, big] = scoreWords('leave', [row('leave', { dataset: 'small' }), row('leave', { dataset: 'big' })], statistics)
    expect(big!.body).toBeGreaterThan(small!.body)
  })
  it('a repeated term of the query counts as often', () => {
    const [once] = score('leave', [row('leave')])
    const [twice] = score('leave leave', [row('leave')])
    expect(twice!.body).toBeCloseTo(once!.body * 2, 6)
  })
  it('says which share of a long document’s name the query covers', () => {
    const [long, short] = score('pump P-200 manual', [
      row('x', { identity: 'pump P-200', segments: 40 }),
      row('x', { identity: 'pump P-200', segments: 3 }),
    ])
    expect(long!.identityCoverage).toBe(1)
    expect(short!.identityCoverage).toBe(0)
  })
  it('coverage counts what is missing everywhere at full weight', () => {
    const [found] = score('leave zeppelin', [row('leave')])
    expect(found!.coverage).toBeGreaterThan(0)
    expect(found!.coverage).toBeLessThan(0.5)
  })
  it('finds Chinese pairs wherever they stand in a run', () => {
    const [found, missing] = score('教材', [row('他们修改教材了'), row('教他们材料')])
    expect(found!.body).toBeGreaterThan(missing!.body)
  })
  it('a query without terms scores nothing and does not divide by nothing', () => {
    expect(score('?? ！', [row('leave')])).toEqual([{ body: 0, identity: 0, coverage: 0, identityCoverage: 0, ceiling: 0 }])
  })
})
