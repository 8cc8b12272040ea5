import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchTermsOf, tokensOf } from './tokens.ts'

describe('tokens', () => {
  it('joined words are found whole and by their parts', () => {
    expect(tokensOf('gpt-4o')).toEqual(expect.arrayContaining(['gpt-4o', 'gpt', '4o']))
    expect(tokensOf('mail a@b.co about c++')).toEqual(expect.arrayContaining(['a@b.co', 'c++']))
  })
  it('a period of time and a form are found however they are written', () => {
    expect(tokensOf('FY2018')).toEqual(expect.arrayContaining(['fy', '2018']))
    expect(tokensOf('10-K')).toContain('10k')
    expect(tokensOf('1,250,000')).toEqual(['1250000'])
  })
  it('words are stemmed and empty words left out', () => {
    expect(tokensOf("The company's policies were carried over")).toEqual(['compani', 'polici', 'carri', 'over'])
  })
  it('irregular forms are found by their base, and a word that is also another one is left alone', () => {
    expect(tokensOf('headsets kept, bought and given')).toEqual(['headset', 'keep', 'buy', 'give'])
    expect(tokensOf('left')).toEqual(['left'])
  })
  it('Chinese is indexed by characters and pairs, and asked for by pairs', () => {
    expect(tokensOf('修改教材')).toEqual(['修', '改', '修改', '教', '改教', '材', '教材'])
    expect(matchTermsOf('修改教材 and 我')).toEqual(['修改', '改教', '教材', '我'])
  })
  it('full-width forms are the same as half-width ones', () => {
    expect(tokensOf('ＦＵＬＬ　１２')).toEqual(['full', '12'])
  })
  it('a sentence end is not part of a word', () => {
    expect(tokensOf('dogs. "cats", birds...')).toEqual(['dog', 'cat', 'bird'])
  })
  it('repeated terms of a query are kept', () => {
    expect(matchTermsOf('leave leave leave')).toHaveLength(3)
  })
  it('every pair of characters of a text is among its tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'修改教材健康网关假期'), { minLength: 2, maxLength: 40 }), (characters) => {
        const tokens = tokensOf(characters.join(''))
        for (let at = 1; at < characters.length; at++) expect(tokens).toContain(characters[at - 1]! + characters[at]!)
      }),
    )
  })
  it('never throws, and no token holds white space', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc
        .array(fc.constantFrom('\ud800', '\udc00', '😀', '"', '*', 'NEAR(', ' OR ', 'c++', '-', '.', ',', "'", '𠮷', '修', '9', 'a'), {
          maxLength: 4000,
        })
        .map((a) => a.join('')),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        for (const token of [...tokensOf(text), ...matchTermsOf(text)]) {
          expect(token).not.toBe('')
          expect(/\s/.test(token)).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })
  it('the same text always gives the same tokens, also after the memory of stems was renewed', () => {
    const text = 'Remembered words, 10-K and gpt-4o'
    const before = tokensOf(text)
    for (let at = 0; at < 90_000; at++) tokensOf(`w${at}`)
    expect(tokensOf(text)).toEqual(before)
  })
})
