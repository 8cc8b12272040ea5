import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CitationFilter, numbersIn } from './citation-filter.ts'

const whole = (text: string, given: readonly number[]) => {
  const filter = new CitationFilter(given)
  return { out: filter.push(text) + filter.flush(), seen: filter.seen }
}

test.each([
  ['a [1].', 'a [1].', [1]],
  ['a [3] b', 'a b', []],
  ['[2][1][2]', '[2][1][2]', [2, 1]],
  ['list[9] stays, list[2] counts', 'list[9] stays, list[2] counts', [2]],
  ['年假五天[1]。病假[7]。', '年假五天[1]。病假。', [1]],
  ['[link](x) and [1234] stay', '[link](x) and [1234] stay', []],
  ['open [1', 'open [1', []],
] as const)('%s → %s', (text, out, seen) => {
  expect(whole(text, [1, 2])).toEqual({ out, seen })
})

test('property: any cutting of an answer gives the same text and the same citations', () => {
  const piece = fc.oneof(
    fc.constantFrom('[1]', '[2]', '[9]', ' [3]', '[', ']', ' ', '1', 'a', 'x[9]', '。', '[12', '34]'),
    fc.string({ maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(5)), (pieces, cuts) => {
      const text = pieces.join('')
      const filter = new CitationFilter([1, 2])
      let out = ''
      let from = 0
      for (const cut of cuts) {
        out += filter.push(text.slice(from, from + cut))
        from += cut
      }
      out += filter.push(text.slice(from)) + filter.flush()
      expect({ out, seen: filter.seen }).toEqual(whole(text, [1, 2]))
      for (const n of filter.seen) expect([...numbersIn(out)]).toContain(n)
    }),
  )
})
