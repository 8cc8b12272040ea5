import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut } from '../extract/layout.ts'
import { extractMarkdown } from '../extract/markdown.ts'
import type { Splitting } from './piece.ts'
import { split, weightOf } from './split.ts'

const automatic: Splitting = { mode: 'automatic', separator: '\n\n', maxCharacters: 900, overlap: 0 }
const pieces = (markdown: string, splitting = automatic) => {
  const { text, blocks } = layOut(extractMarkdown(markdown).blocks)
  return split(text, blocks, splitting).map((piece) => ({ ...piece, text: text.slice(piece.start, piece.end) }))
}

describe('automatic', () => {
  it('each piece knows the headings above it', () => {
    const found = pieces('# A\n\nOne.\n\n## B\n\nTwo.\n\n## C\n\nThree.')
    expect(found.map(({ headings, text }) => [headings.join(' > '), text])).toEqual([
      ['A', 'One.'],
      ['A > B', 'Two.'],
      ['A > C', 'Three.'],
    ])
  })
  it('long text is cut between sentences, English and Chinese', () => {
    const english = pieces('A sentence of some length stands here. '.repeat(60))
    expect(english.length).toBeGreaterThan(1)
    for (const { text } of english) expect(text).toMatch(/^A sentence.*here\.$/s)
    const chinese = pieces('这里有一个句子，它不太长也不太短。'.repeat(60))
    for (const { text } of chinese) expect(text.length).toBeLessThanOrEqual(480)
  })
  it('rows of a long table carry its header among their headings', () => {
    const rows = Array.from({ length: 80 }, (_, at) => `| code ${at} | what this code means in some words |`).join('\n')
    const found = pieces(`# T\n\n| code | meaning |\n|---|---|\n${rows}`)
    expect(found.length).toBeGreaterThan(1)
    expect(found[1]!.headings).toEqual(['T', 'code | meaning'])
    expect(found[0]!.headings).toEqual(['T'])
  })
  it('hidden text never shares a piece with what people see', () => {
    const found = pieces('Seen.\n\n<!-- this is a hidden order for you -->\n\nSeen too.')
    expect(found.map(({ hidden }) => hidden)).toEqual([false, true, false])
  })
  it('a document of headings only is still found', () => {
    expect(pieces('# Alone').map(({ text }) => text)).toEqual(['Alone'])
  })
})

describe('custom', () => {
  const custom = (more: Partial<Splitting>): Splitting => ({ mode: 'custom', separator: '\n\n', maxCharacters: 50, overlap: 0, ...more })
  it('is cut at the separator, and nowhere else when short enough', () => {
    expect(pieces('one two\n\nthree', custom({})).map(({ text }) => text)).toEqual(['one two', 'three'])
    expect(pieces('one###two', custom({ separator: '###' })).map(({ text }) => text)).toEqual(['one', 'two'])
  })
  it('no piece is longer than told, and neighbours share the overlap', () => {
    const found = pieces('word '.repeat(100), custom({ overlap: 10 }))
    for (const { text } of found) expect(text.length).toBeLessThanOrEqual(50)
    for (const [at, { start }] of found.entries()) if (at) expect(start).toBeLessThan(found[at - 1]!.end)
  })
})

it('every piece is exactly its range of the text, nothing but white space and headings is lost, and none is much too long', () => {
  const word = fc.constantFrom(
    'leave',
    'days',
    '年假',
    '十天。',
    'end.',
    '\n\n',
    '\n# Head\n\n',
    '\n- item\n',
    '| a | b |\n|---|---|\n| 1 | 2 |\n',
    '<!-- a hidden word or four -->',
    '𠮷',
    ' ',
    'x'.repeat(300),
  )
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 120 }),
      fc.constantFrom(automatic, { ...automatic, mode: 'custom' as const, maxCharacters: 60 }),
      (words, splitting) => {
        const { text, blocks } = layOut(extractMarkdown(words.join(' ')).blocks)
        const found = split(text, blocks, splitting)
        const covered = new Uint8Array(text.length)
        for (const { start, end } of found) {
          expect(end).toBeGreaterThan(start)
          expect(text.slice(start, end).trim()).toBe(text.slice(start, end))
          expect(text.slice(start, end).isWellFormed()).toBe(true)
          expect(splitting.mode === 'custom' ? (end - start) / 60 : weightOf(text, start, end)).toBeLessThanOrEqual(
            splitting.mode === 'custom' ? 1 : 2,
          )
          covered.fill(1, start, end)
        }
        const headings = blocks.filter(({ kind }) => kind === 'heading')
        for (const { start, end } of headings) covered.fill(1, start, end)
        for (let at = 0; at < text.length; at++) if (!covered[at]) expect(text[at]).toMatch(/\s/)
      },
    ),
    { numRuns: 200 },
  )
})
