import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pieces } from './pieces.ts'

test('what was added comes back in order, whatever the sizes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), (sizes) => {
      const pieces = new Pieces()
      const all = sizes.map((size, at) => Buffer.alloc(size, at + 1))
      for (const piece of all) pieces.add(piece)
      expect(pieces.size).toBe(sizes.reduce((sum, size) => sum + size, 0))
      expect(pieces.take().equals(Buffer.concat(all))).toBe(true)
      expect([pieces.size, pieces.take().length]).toEqual([0, 0])
    }),
  )
})

test('the only piece is not copied', () => {
  const pieces = new Pieces()
  const only = Buffer.from('only')
  pieces.add(only)
  expect(pieces.take().buffer).toBe(only.buffer)
})

test('a million single bytes cost little more than a million bytes', () => {
  const pieces = new Pieces()
  const one = new Uint8Array(1)
  const before = process.memoryUsage()
  for (let at = 0; at < 1_000_000; at++) pieces.add(one)
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(4_000_000)
  expect(pieces.take().length).toBe(1_000_000)
})
