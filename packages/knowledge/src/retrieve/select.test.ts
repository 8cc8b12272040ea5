import { type Candidate, tokensOf } from '@gatehouse/kernel'
import { describe, expect, it } from 'vitest'
import { confidenceOf } from './confidence.ts'
import { fuse, identityWeight } from './fusion.ts'
import { areNear, Fingerprints, fingerprintOf } from './near-duplicates.ts'
import { nearnessOf } from './nearness.ts'
import { select } from './select.ts'

let made = 0
const candidate = (document: string, body: number, more: Partial<Candidate> & { text?: string } = {}): Candidate => {
  const id = `s${++made}`
  const text = more.text ?? `text ${id} of its own with words ${made * 7919}`
  const place = {
    segment: id,
    document,
    dataset: 'd',
    version: 1,
    position: made,
    title: document,
    headings: [],
    start: 0,
    end: text.length,
  }
  const words = { body, identity: 0, coverage: 0.5, identityCoverage: 0, ceiling: 10 }
  return { ...place, hash: text, text, segments: 3, words, ...more }
}
const documentsOf = (ranked: readonly { candidate: Candidate }[]) => ranked.map((each) => each.candidate.document)
const options = { topK: 10, threshold: 0, query: 'leave', superseded: new Map<string, string>(), fingerprints: new Fingerprints() }

describe('fuse', () => {
  it('gives every candidate a score from 0 to 1, the share of what the query could reach', () => {
    const ranked = fuse([candidate('a', 4), candidate('b', 25), candidate('c', 0)])
    expect(ranked.map(({ score }) => score)).toEqual([1, 0.4, 0])
  })
  it('follows one leg alone when all weight is on it', () => {
    const both = [
      candidate('words', 9, { distance: 0.9 }),
      candidate('vector', 1, { distance: 0.1 }),
      candidate('neither', 1, { distance: 0.95 }),
    ]
    expect(documentsOf(fuse(both, { words: 1, vectors: 0 }))[0]).toBe('words')
    expect(documentsOf(fuse(both, { words: 0, vectors: 1 }))[0]).toBe('vector')
  })
  it('what one leg alone found is not dropped', () => {
    const { words: _, ...alone } = candidate('vector', 0, { distance: 0.2 })
    expect(fuse([candidate('words', 5), alone])).toHaveLength(2)
  })
  it('a question that names a long document counts its name more', () => {
    expect(identityWeight(1, 40, false)).toBeGreaterThan(identityWeight(0.4, 40, false))
    expect(identityWeight(1, 3, false)).toBe(0.3)
  })
})

describe('select', () => {
  it.each([0, 0.5, 1])('nothing below the threshold %d comes back', (threshold) => {
    const { taken } = select(fuse([candidate('a', 10), candidate('b', 5), candidate('c', 1)]), { ...options, threshold })
    for (const { score } of taken) expect(score).toBeGreaterThanOrEqual(threshold)
    expect(taken).toHaveLength({ 0: 3, 0.5: 2, 1: 1 }[threshold]!)
  })
  it('a document gives at most three segments among others, and all when it holds most of the score', () => {
    const others = ['x', 'y', 'z', 'u', 'v'].map((name) => candidate(name, 4.9))
    const many = Array.from({ length: 6 }, () => candidate('a', 5))
    expect(documentsOf(select(fuse([...many, ...others]), { ...options, topK: 20 }).taken).filter((name) => name === 'a')).toHaveLength(3)
    expect(documentsOf(select(fuse([...many, candidate('b', 1)]), options).taken).filter((name) => name === 'a')).toHaveLength(6)
  })
  it('texts that differ in a letter are shown once', () => {
    const text =
      'Every employee has twenty-five days of annual leave in each leave year and may carry six of them over into the next one if the manager agrees. Requests are made in the leave calendar ten working days ahead.'
    const { taken, left } = select(fuse([candidate('a', 5, { text }), candidate('b', 5, { text: `${text} ` }), candidate('c', 5)]), options)
    expect(taken).toHaveLength(2)
    expect(left.map(({ reason }) => reason)).toEqual(['duplicate'])
    expect(areNear(fingerprintOf(text), fingerprintOf('Something else altogether, about pumps and sensors in rivers.'))).toBe(false)
  })
  it('a superseded version stands below the current one, unless the question names it', () => {
    const superseded = new Map([['policy 2024', 'policy 2024']])
    const ranked = fuse([candidate('policy 2024', 6), candidate('policy 2026', 5)])
    expect(documentsOf(select(ranked, { ...options, superseded }).taken)).toEqual(['policy 2026', 'policy 2024'])
    expect(documentsOf(select(ranked, { ...options, superseded, query: 'leave in 2024' }).taken)).toEqual(['policy 2024', 'policy 2026'])
  })
})

describe('confidence', () => {
  const weights = new Map([
    ['leav', 2],
    ['carri', 2],
    ['over', 1],
  ])
  it('is strong where one sentence holds the question, and weak where nothing does', () => {
    const good = fuse([candidate('a', 9, { text: 'Up to six days of leave carry over.' })])
    const bad = fuse([candidate('a', 1, { text: 'The canteen is open. Over there.' })])
    expect(confidenceOf('does leave carry over', good, weights).weak).toBe(false)
    expect(confidenceOf('does leave carry over', bad, weights).weak).toBe(true)
  })
  it('a passage with the kind of thing asked for is surer than one without', () => {
    const value = (text: string) => confidenceOf('How much does carry over cost?', fuse([candidate('a', 5, { text })]), weights).value
    expect(value('To carry leave over is £3 a day.')).toBeGreaterThan(value('To carry leave over is good for you.'))
  })
  it('what a question is asked with does not make it less sure', () => {
    const found = fuse([candidate('a', 5, { text: 'Leave may carry over into the next year.' })])
    expect(confidenceOf('Hello, could you please tell me, does leave carry over?', found, weights).value).toBe(
      confidenceOf('leave carry over', found, weights).value,
    )
  })
  it('a Chinese word that the passage lacks counts whole', () => {
    const found = fuse([candidate('a', 5, { text: '船库出租独木舟。' })])
    const common = new Set(tokensOf('船库出租独木舟'))
    const each = (text: string) => new Map(tokensOf(text).map((term) => [term, common.has(term) ? 1 : 2]))
    const [known, unknown] = ['船库出租独木舟', '船库出租硝酸盐'] as const
    expect(confidenceOf(known, found, each(known)).weak).toBe(false)
    expect(confidenceOf(unknown, found, each(unknown)).weak).toBe(true)
  })
  it('a vector that stands alone is sure without any of the words, one among equals is not', () => {
    const others = Array.from({ length: 40 }, (_, at) => candidate(`other ${at}`, 0, { distance: 0.8 + (at % 7) / 100, text: 'Soup.' }))
    const without = ({ words: _, ...rest }: Candidate): Candidate => rest
    const find = (distance: number) => {
      const ranked = fuse([without(candidate('a', 0, { distance, text: 'Six days stay.' })), ...others.map(without)])
      const nearness = nearnessOf(ranked, ranked.slice(0, 5))
      return { nearness, weak: confidenceOf('does leave carry over', ranked.slice(0, 5), weights, nearness).weak }
    }
    expect(find(0.2)).toEqual({ nearness: 1, weak: false })
    expect(find(0.79).weak).toBe(true)
    expect(nearnessOf(fuse([candidate('a', 5)]), fuse([candidate('a', 5)]))).toBe(0)
  })
  it('nothing found is weak', () => {
    expect(confidenceOf('leave', [], weights).weak).toBe(true)
  })
})
