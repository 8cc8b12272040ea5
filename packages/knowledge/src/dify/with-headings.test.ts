import { expect, it } from 'vitest'
import { extract } from '../extract/extractors.ts'
import { cut } from '../extract/prepare.ts'
import { withHeadings } from './with-headings.ts'

const automatic = { mode: 'automatic', separator: '\n\n', maxCharacters: 900, overlap: 0 } as const
function contents(
  source: string,
  name: string,
  mediaType: string,
  splitting: Parameters<typeof cut>[1]['splitting'] = automatic,
): string[] {
  const { text, pieces } = cut(extract(new TextEncoder().encode(source), name, mediaType), { splitting })
  const segments = pieces.map((piece) => ({ ...piece, text: text.slice(piece.start, piece.end) }))
  return segments.map((segment, at) => withHeadings(segment, segments[at - 1]))
}

it('the headings between two segments are put back, each once', () => {
  const long = 'A sentence of some length stands here. '.repeat(40).trim()
  const [first, ...rest] = contents(`# Leave\n\n## Carry over\n\nTen days.\n\n## Illness\n\n${long}`, 'a.md', 'text/markdown')
  expect(first).toBe('Leave\n\nCarry over\n\nTen days.')
  expect(rest.length).toBeGreaterThan(1)
  expect(rest[0]).toMatch(/^Illness\n\nA sentence/)
  expect(rest[1]).toMatch(/^A sentence/)
})
it('each part of a long table begins with its header', () => {
  const rows = Array.from({ length: 300 }, (_, at) => `code ${at},what it means`).join('\n')
  const found = contents(`Code,Meaning\n${rows}`, 'a.csv', 'text/csv')
  expect(found.length).toBeGreaterThan(2)
  for (const content of found) expect(content).toMatch(/^Code \| Meaning\ncode/)
})
it('what was cut by a custom separator stays as it is', () => {
  const custom = { mode: 'custom', separator: '###', maxCharacters: 500, overlap: 0 } as const
  expect(contents('one###two###three', 'a.txt', 'text/plain', custom)).toEqual(['one', 'two', 'three'])
  expect(contents('# Leave\n\nTen days.\n\n## More\n\nTwo.', 'a.md', 'text/markdown', { ...custom, separator: '\n\n' })).toEqual([
    'Leave',
    'Ten days.',
    'More',
    'Two.',
  ])
})
