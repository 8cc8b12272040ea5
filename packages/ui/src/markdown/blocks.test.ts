import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closeUnfinished, splitBlocks } from './blocks.ts'

describe('splitting', () => {
  test('blank lines part blocks, but not inside a fence', () => {
    expect(splitBlocks('one\ntwo\n\n\nthree\n\n```\na\n\nb\n```\n\nfour')).toEqual(['one\ntwo', 'three', '```\na\n\nb\n```', 'four'])
  })

  test('a fence is ended only by one that is as long and of the same kind', () => {
    expect(splitBlocks('````\n```\n\n~~~~\n````\n\nend')).toEqual(['````\n```\n\n~~~~\n````', 'end'])
  })

  test('a block that is complete never changes when more text comes', () => {
    const piece = fc.constantFrom('word ', '\n', '\n\n', '```\n', '- item\n', '[1]', '**', '中文。')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(piece, { maxLength: 10 }), (start, more) => {
        const before = splitBlocks(start.join('')).slice(0, -1)
        expect(splitBlocks([...start, ...more].join('')).slice(0, before.length)).toEqual(before)
      }),
    )
  })
})

describe('closing what has begun', () => {
  test.each([
    ['a **bold', 'a **bold**'],
    ['a **bold** word', 'a **bold** word'],
    ['use `code', 'use `code`'],
    ['~~gone', '~~gone~~'],
    ['```ts\nconst a', '```ts\nconst a\n```'],
    ['```\na\n```', '```\na\n```'],
    ['it says so [1', 'it says so '],
    ['it says so [1]', 'it says so [1]'],
    ['see [the portal](https://exam', 'see the portal'],
    ['text <img src="x', 'text '],
  ])('%j is shown as %j', (given, shown) => {
    expect(closeUnfinished(given)).toBe(shown)
  })
})
