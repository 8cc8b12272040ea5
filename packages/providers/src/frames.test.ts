import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataOf, FrameSplitter } from './frames.ts'

/** The bytes cut at these places. */
const pieces = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}
const split = (reads: readonly Buffer[]) => {
  const splitter = new FrameSplitter()
  const frames = reads.flatMap((read) => splitter.push(read).map(String))
  return { frames, rest: splitter.rest()?.toString() }
}

test('any cutting of the bytes gives the same frames, character borders included', () => {
  const bytes = Buffer.from('data: {"a":"年假"}\n\n: comment\n\ndata: two\r\n\r\nevent: x\ndata: three\n\ndata: hal')
  const expected = split([bytes])
  expect(expected.frames).toHaveLength(4)
  expect(expected.rest).toBe('data: hal')
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      expect(split(pieces(bytes, cuts))).toEqual(expected)
    }),
  )
})

test('untouched frames are slices of the read, not copies', () => {
  const read = Buffer.from('data: 1\n\ndata: 2\n\n')
  const [first, second] = new FrameSplitter().push(read)
  expect([first!.buffer, second!.buffer]).toEqual([read.buffer, read.buffer])
})

test('an event that never ends is refused at 1 MB', () => {
  const splitter = new FrameSplitter()
  expect(() => {
    for (let times = 0; times < 40; times++) splitter.push(Buffer.alloc(32 * 1024, 'x'))
  }).toThrow('longer than 1 MB')
})

test.each([
  ['data: {"a":1}\n\n', '{"a":1}'],
  ['data:{"a":1}\n\n', '{"a":1}'],
  ['event: delta\r\nid: 7\r\ndata: x\r\n\r\n', 'x'],
  ['data: one\ndata: two\n\n', 'one\ntwo'],
  [': keep-alive\n\n', undefined],
])('the data of %j is %j', (frame, data) => expect(dataOf(Buffer.from(frame))).toBe(data))
