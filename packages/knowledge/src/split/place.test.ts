import { describe, expect, it } from 'vitest'
import { extractCsv } from '../extract/csv.ts'
import { layOut } from '../extract/layout.ts'
import { joinPlaces, placesIn } from './place.ts'
import { split } from './split.ts'

const automatic = { mode: 'automatic', separator: '\n\n', maxCharacters: 900, overlap: 0 } as const

describe('where a piece stands', () => {
  it('a table cut into pieces tells the rows of each, as the spreadsheet counts them', () => {
    const rows = Array.from({ length: 120 }, (_, at) => `item ${at + 3},${at},a remark of some length`)
    const { text, blocks } = layOut(extractCsv(['Item,Count,Remark', 'first,1,x', ...rows].join('\n'), 'a.csv').blocks)
    const pieces = split(text, blocks, automatic)
    expect(pieces.length).toBeGreaterThan(2)
    for (const { start, end, place } of pieces) {
      const lines = text.slice(start, end).split('\n')
      const [first, last] = place?.rows ?? [0, 0]
      expect(last - first + 1).toBe(lines.length)
      if (first > 2) expect(lines[0]).toMatch(new RegExp(`^item ${first} `))
    }
    expect(pieces[0]!.place?.rows?.[0]).toBe(1)
    expect(pieces.at(-1)!.place?.rows?.[1]).toBe(122)
  })
  it('empty rows count, and lines inside a cell do not', () => {
    const { text, blocks } = layOut(extractCsv('A,B\n1,"two\nlines"\n\n3,4\n5,6\n', 'a.csv').blocks)
    expect(text.split('\n').filter(Boolean)).toEqual(['A | B', '1 | two lines', '3 | 4', '5 | 6'])
    expect(placesIn(text, blocks)(text.indexOf('3'), text.length)).toEqual({ rows: [4, 5] })
  })
  it('text over several pages has all of them; text of a file without pages has no place', () => {
    const paged = layOut([
      { kind: 'paragraph', text: 'One.', page: 1 },
      { kind: 'paragraph', text: 'Two.', page: 3 },
    ])
    expect(placesIn(paged.text, paged.blocks)(1, paged.text.length)).toEqual({ pages: [1, 3] })
    expect(placesIn(paged.text, paged.blocks)(0, 4)).toEqual({ pages: [1, 1] })
    const plain = layOut([{ kind: 'paragraph', text: 'One.' }])
    expect(placesIn(plain.text, plain.blocks)(0, 4)).toBeUndefined()
  })
  it('joined passages have the rows of one sheet, and neither rows nor sheet of two', () => {
    expect(joinPlaces([{ sheet: 'A', rows: [3, 4] }, { sheet: 'A' }, { sheet: 'A', rows: [9, 12] }])).toEqual({ sheet: 'A', rows: [3, 12] })
    expect(
      joinPlaces([
        { sheet: 'A', rows: [3, 4] },
        { sheet: 'B', rows: [1, 1] },
      ]),
    ).toBeUndefined()
    expect(joinPlaces([undefined, { pages: [2, 2] }])).toEqual({ pages: [2, 2] })
  })
})
