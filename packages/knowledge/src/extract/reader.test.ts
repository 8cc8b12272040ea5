import { afterAll, expect, it } from 'vitest'
import { createReader, timeFor } from './reader.ts'

const reader = createReader()
afterAll(() => reader.close())
const splitting = { mode: 'automatic', separator: '\n\n', maxCharacters: 900, overlap: 0 } as const
const work = (text: string, name = 'a.md') => ({ bytes: new TextEncoder().encode(text), name, mediaType: 'text/markdown', splitting })

it('files are read in a thread, many at once, each with its own answer', async () => {
  const read = await Promise.all(Array.from({ length: 40 }, (_, at) => reader.prepare(work(`# T${at}\n\nText ${at}.`))))
  expect(read.map(({ title }) => title)).toEqual(Array.from({ length: 40 }, (_, at) => `T${at}`))
})
it('a file that cannot be read fails alone and says why', async () => {
  const [bad, good] = await Promise.allSettled([reader.prepare(work('   ')), reader.prepare(work('Text.'))])
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'invalid_request' } })
  expect(good.status).toBe('fulfilled')
})
it('a file that takes too long fails, and the next is read by a new thread', async () => {
  const hasty = createReader({ milliseconds: 1 })
  const nested = `${'> '.repeat(3000)}x\n`.repeat(300)
  await expect(hasty.prepare(work(nested))).rejects.toMatchObject({ code: 'too_large' })
  await hasty.close()
})
it('a small file may take a part of the time a large one may, and none takes longer than the longest', () => {
  expect([0, 200_000, 4_000_000, 8_000_000, 50_000_000].map((bytes) => timeFor(bytes, 60_000))).toEqual([
    10_000, 11_500, 40_000, 60_000, 60_000,
  ])
})
it('after closing nothing is taken any more', async () => {
  const closed = createReader()
  await closed.close()
  await expect(closed.prepare(work('x'))).rejects.toMatchObject({ code: 'overloaded' })
})
