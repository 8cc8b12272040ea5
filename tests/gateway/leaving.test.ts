import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Assembly, assemble, key, until } from './assembly.ts'

let house: Assembly
beforeEach(async () => {
  house = await assemble({ delay: 5 })
})
afterEach(() => house.close())
const messages = [{ role: 'user', content: 'Hello' }]

/** A caller that can leave. */
function call(body: unknown): { client: ClientRequest; response: Promise<IncomingMessage> } {
  const client = httpRequest(`${house.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}` } })
  client.on('error', () => {})
  const response = new Promise<IncomingMessage>((resolve) => client.on('response', resolve))
  client.end(JSON.stringify(body))
  return { client, response }
}
const settledAsCancelled = async () => {
  await until(() => house.journal.records.length === 1)
  expect(house.journal.records[0]).toMatchObject({ end: 'cancelled', error: { code: 'cancelled' } })
  expect([house.counters.open(), house.transport.counts.open]).toEqual([0, 0])
}

test('a caller who leaves before the vendor answers takes the vendor call along', async () => {
  const { client } = call({ model: 'stall', messages })
  await until(() => house.upstream.open === 1)
  client.destroy()
  await until(() => house.upstream.aborted === 1)
  await settledAsCancelled()
})

test('a caller who leaves in the middle of a stream takes the vendor call along, and what was used is settled', async () => {
  const { client, response } = call({ model: 'endless', messages, stream: true })
  const reply = await response
  await new Promise((resolve) => reply.once('data', resolve))
  client.destroy()
  await until(() => house.upstream.aborted === 1)
  await settledAsCancelled()
  expect(house.journal.records[0]).toMatchObject({ status: 200, usage: { source: 'estimated' } })
  expect([...house.counters.settled.values()][0]!.tokens).toBeGreaterThan(0)
})

test('a caller who leaves while a stream is held up by his own slowness takes the vendor call along', async () => {
  const { client, response } = call({ model: 'endless', messages, stream: true })
  const reply = await response
  reply.pause()
  await new Promise((resolve) => setTimeout(resolve, 100))
  client.destroy()
  await until(() => house.upstream.aborted === 1)
  await settledAsCancelled()
})

test('a caller who leaves while the body is still coming leaves nothing behind', async () => {
  const client = httpRequest(`${house.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-length': 1000 },
  })
  client.on('error', () => {})
  client.write('{"model":"text"')
  await new Promise((resolve) => setTimeout(resolve, 50))
  client.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect([house.journal.records.length, house.counters.open(), house.transport.counts.begun]).toEqual([0, 0, 0])
  expect((await house.chat({ model: 'text', messages })).status).toBe(200)
})

test('a slow reader holds the vendor up, and memory stays bounded', async () => {
  const fast = await assemble()
  const client = httpRequest(`${fast.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}` } })
  client.on('error', () => {})
  const response = new Promise<IncomingMessage>((resolve) => client.on('response', resolve))
  client.end(JSON.stringify({ model: 'endless', messages, stream: true }))
  const reply = await response
  reply.pause()
  await new Promise((resolve) => setTimeout(resolve, 400))
  const before = process.memoryUsage().arrayBuffers
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  let read = 0
  reply.on('data', (piece: Buffer) => {
    read += piece.length
  })
  reply.resume()
  await until(() => read > 20_000_000) // and it goes on when he reads again
  client.destroy()
  await until(() => fast.upstream.open === 0)
  expect(fast.journal.records[0]).toMatchObject({ end: 'cancelled' })
  await fast.close()
})

test('a first event that never ends is refused before it fills memory', async () => {
  const reply = await house.chat({ model: 'endless-line', messages, stream: true })
  expect(reply.status).toBe(502)
  expect(((await reply.json()) as { error: { message: string } }).error.message).toContain('longer than 1 MB')
  await until(() => house.upstream.aborted === 1)
})
