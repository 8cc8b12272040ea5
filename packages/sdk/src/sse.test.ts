import { expect, test } from 'vitest'
import { readEvents, type ServerEvent } from './sse.ts'

const text = ': keep-alive\r\n\r\nevent: a\r\ndata: one\r\ndata: 二\r\n\r\ndata:{"x":1}\n\ndata\n\nid: 7\n\ndata: last'
const expected: ServerEvent[] = [
  { event: 'a', data: 'one\n二' },
  { event: 'message', data: '{"x":1}' },
  { event: 'message', data: '' },
  { event: 'message', data: 'last' },
]

const streamOf = (bytes: Uint8Array, size: number, cancelled: () => void = () => {}) => {
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
    cancel: cancelled,
  })
}

test('events are the same however the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(text)
  for (let size = 1; size <= bytes.length; size++)
    expect([size, await collect(readEvents(streamOf(bytes, size)))]).toEqual([size, expected])
})

test('leaving the loop closes the stream', async () => {
  let closed = false
  for await (const _ of readEvents(streamOf(new TextEncoder().encode(text), 5, () => (closed = true)))) break
  expect(closed).toBe(true)
})

test('an event without end is not collected for ever', async () => {
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(1_000_000).fill(97)) })
  await expect(collect(readEvents(endless))).rejects.toMatchObject({ code: 'upstream_failed' })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
