import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentencesOf } from './sentences.ts'

const split = (text: string) => sentencesOf(text).map(({ start, end }) => text.slice(start, end))

describe('sentences', () => {
  it('English ones end at a full stop, not at an abbreviation, a number or an initial', () => {
    expect(split('Ask Dr. Brook, e.g. by mail. It costs 3.5 pounds. J. Doe signs.')).toEqual([
      'Ask Dr. Brook, e.g. by mail.',
      'It costs 3.5 pounds.',
      'J. Doe signs.',
    ])
  })
  it('Chinese ones end without a space, and closing marks belong to them', () => {
    expect(split('他说：“可以。”然后走了！真的？是')).toEqual(['他说：“可以。”', '然后走了！', '真的？', '是'])
  })
  it('items of a list and rows of a table stand alone; a folded line does not', () => {
    expect(split('- one\n- two\n\nA | B\n1 | 2')).toEqual(['- one', '- two', 'A | B', '1 | 2'])
    expect(split('a line that\nis folded')).toEqual(['a line that\nis folded'])
  })
  it('ranges are in order, do not overlap, and hold everything but white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab. !?。！“”"\n-|1\t年'), maxLength: 300 }), (text) => {
        let at = 0
        let kept = ''
        for (const { start, end } of sentencesOf(text)) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(end).toBeGreaterThan(start)
          kept += text.slice(start, end)
          at = end
        }
        expect(kept.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
      }),
    )
  })
})
