import type { Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createListener } from '../../apps/server/src/http.ts'
import { type Assembly, assemble, key, resource, standard, until } from '../gateway/assembly.ts'
import { createHostileVendor, say, streamHead, text } from './hostile-vendor.ts'
import { open, post, sendRaw } from './raw-http.ts'

const unhurried = resource('Route', 'everything', {
  models: ['*'],
  targets: [{ provider: 'scripted' }],
  timeouts: { idle: 2000, total: 300_000 },
})
let house: Assembly
beforeEach(async () => {
  house = await assemble({
    delay: 2,
    bodyDeadline: 300,
    listener: (edge) => createListener(edge, { stalled: 600 }),
    resources: (origin) => [...standard(origin).filter(({ name }) => name !== 'everything'), unhurried],
  })
})
afterEach(() => house.close())

const path = '/v1/chat/completions'
const call = (model: string, stream = true) => {
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hello' }] })
  return post(path, key, `content-length: ${body.length}\r\n`, body)
}
const nothingLeft = () => house.counters.open() === 0 && house.transport.counts.open === 0 && house.upstream.open === 0
const megabyte = 1024 * 1024
const held = () => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed

test('two hundred readers who stop hold two hundred vendors up, take bounded memory, and are freed', async () => {
  const large = text('x'.repeat(60_000))
  const vendor = await createHostileVendor(async (socket) => {
    await say(socket, [streamHead], 'hang')
    while (!socket.destroyed) await say(socket, [large], 'hang')
  })
  const full = await assemble({
    listener: (edge) => createListener(edge, { stalled: 600 }),
    resources: () => [...standard(vendor.origin).filter(({ name }) => name !== 'everything'), unhurried],
  })
  const before = held()
  const sockets: Socket[] = []
  for (let at = 0; at < 200; at++) {
    const socket = await open(full.url)
    socket.pause()
    socket.write(call('m'))
    sockets.push(socket)
  }
  await until(() => full.transport.counts.begun === 200)
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, held() - before)
  }, 100)
  await until(() => full.journal.records.length === 200 && full.counters.open() === 0 && full.transport.counts.open === 0)
  clearInterval(watching)
  expect(most).toBeLessThan(300 * megabyte) // of both sides: vendor, reader and all between them live in this process
  expect(full.transport.counts.aborted).toBe(200)
  expect(new Set(full.journal.records.map(({ end }) => end))).toEqual(new Set(['cancelled']))
  await until(() => vendor.open === 0)
  for (const socket of sockets) socket.destroy()
  await full.close()
  await vendor.close()
})

test('a reader who stops in the middle of a large answer that is no stream is freed too', async () => {
  const socket = await open(house.url)
  socket.pause()
  socket.write(call('huge', false))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await until(() => house.journal.records.length === 1)
  expect(house.journal.records[0]).toMatchObject({ end: 'complete' })
  await new Promise((resolve) => setTimeout(resolve, 1200))
  let read = 0
  socket.on('data', (piece) => {
    read += piece.length
  })
  socket.resume()
  await closed
  expect(read).toBeLessThan(5_000_000)
})

test('a slow reader who goes on is not taken for gone', async () => {
  const socket = await open(house.url)
  let read = 0
  socket.on('data', (piece) => {
    read += piece.length
  })
  socket.write(call('huge', false))
  const reading = setInterval(() => (socket.isPaused() ? socket.resume() : socket.pause()), 100)
  await until(() => read > 5_000_000)
  clearInterval(reading)
  socket.destroy()
})

test('property: a caller who leaves at any moment takes the vendor along, and has one record', async () => {
  const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 2 ** 31)
  console.log(`fast-check seed ${seed} (GATEHOUSE_SEED repeats it)`)
  const model = fc.constantFrom('slow', 'endless', 'stall', 'text', 'stall-midway', 'huge')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(model, fc.boolean(), fc.integer({ min: 0, max: 60 }), fc.boolean()), { minLength: 1, maxLength: 8 }),
      async (callers) => {
        const before = { records: house.journal.records.length, begun: house.transport.counts.begun }
        await Promise.all(
          callers.map(async ([name, stream, stay, abruptly]) => {
            const socket = await open(house.url)
            socket.resume()
            socket.write(call(name, stream))
            await new Promise((resolve) => setTimeout(resolve, stay))
            if (abruptly) socket.resetAndDestroy()
            else socket.destroy()
          }),
        )
        await until(nothingLeft)
        // one that never reached a vendor was gone before its body was read
        const begun = house.transport.counts.begun - before.begun
        await until(() => house.journal.records.length - before.records >= begun)
        const records = house.journal.records.slice(before.records)
        expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
        for (const { end } of records) expect(['cancelled', 'complete', 'failed']).toContain(end)
      },
    ),
    { seed, numRuns: 40 },
  )
})

test('bodies that trickle are cut, and leave nothing', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const socket = await open(house.url)
      let text = ''
      socket.on('data', (read) => {
        text += read
      })
      socket.write(post(path, key, 'content-length: 1000\r\n', '{'))
      const trickle = setInterval(() => socket.write(' '), 50)
      await new Promise((resolve) => socket.once('close', resolve))
      clearInterval(trickle)
      return text
    }),
  )
  for (const text of answers) expect(text).toMatch(/^HTTP\/1\.1 408 /)
  expect([house.journal.records.length, house.counters.open(), house.transport.counts.begun]).toEqual([0, 0, 0])
})

test('a caller who closes his half may be gone: he takes the vendor along, or is answered', async () => {
  for (const model of ['text', 'endless', 'stall']) {
    const { hung } = await sendRaw(house.url, [call(model)], { half: true })
    expect(hung).toBe(false)
    await until(nothingLeft)
  }
  await until(() => house.journal.records.length === house.transport.counts.begun)
  for (const { end } of house.journal.records) expect(['cancelled', 'complete']).toContain(end)
})
