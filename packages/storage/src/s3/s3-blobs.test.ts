import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { parseS3Address } from './address.ts'
import { S3Blobs } from './s3-blobs.ts'

/** A server that misbehaves as told: one answer per request, the last one again and again. */
async function misbehaving(...answers: RequestListener[]) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    request.resume()
    answers[Math.min(seen.length, answers.length) - 1]!(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const place = parseS3Address(`s3://blobs?endpoint=http://127.0.0.1:${port}`)
  const blobs = new S3Blobs(place, { accessKey: 'AKIDEXAMPLE', secretKey: 'hush' }, { patience: 5_000 })
  return { seen, blobs, endpoint: place.endpoint, [Symbol.dispose]: () => void server.close().closeAllConnections() }
}
const slowDown: RequestListener = (_, response) =>
  response.writeHead(503, { 'content-type': 'application/xml' }).end('<Error><Code>SlowDown</Code><Message>hush</Message></Error>')
const whole: RequestListener = (_, response) => response.writeHead(200, { 'content-length': '5' }).end('whole')
const cut: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': '5' }).write('who')
  setTimeout(() => response.destroy(), 20)
}
const silent: RequestListener = () => {}
const page: RequestListener = (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>proxy</html>')

test('what the store puts off is tried again, and not for ever', async () => {
  using passing = await misbehaving(slowDown, slowDown, whole)
  await passing.blobs.put('a', Buffer.from('x'))
  expect(passing.seen).toEqual(Array(3).fill('PUT /blobs/a?x-id=PutObject'))
  using lasting = await misbehaving(slowDown)
  await expect(lasting.blobs.put('a', Buffer.from('x'))).rejects.toMatchObject({
    code: 'overloaded',
    message: 'the object store does not serve: 503 SlowDown',
  })
  expect(lasting.seen).toHaveLength(3)
})

test('half an object is never taken for one: it is read once more, then given up', async () => {
  using once = await misbehaving(cut, whole)
  expect(Buffer.from((await once.blobs.get('a'))!).toString()).toBe('whole')
  using always = await misbehaving(cut)
  await expect(always.blobs.get('a')).rejects.toMatchObject({ code: 'overloaded', message: expect.stringContaining('broke off') })
  expect(always.seen).toHaveLength(2)
})

test('a store that says nothing is waited for only so long', async () => {
  using server = await misbehaving(silent)
  const blobs = new S3Blobs(
    parseS3Address(`s3://blobs?endpoint=${server.endpoint}`),
    { accessKey: 'A', secretKey: 'hush' },
    { patience: 200 },
  )
  await expect(blobs.get('a')).rejects.toMatchObject({ code: 'timeout', message: 'the object store did not answer in time' })
})

test('an object that stops coming is waited for only so long', async () => {
  using server = await misbehaving((_, response) => response.writeHead(200, { 'content-length': '5' }).write('who'))
  const blobs = new S3Blobs(
    parseS3Address(`s3://blobs?endpoint=${server.endpoint}`),
    { accessKey: 'A', secretKey: 'hush' },
    { patience: 200 },
  )
  await expect(blobs.get('a')).rejects.toMatchObject({ code: 'timeout' })
})

test('an answer of something else in between is a plain failure', async () => {
  using server = await misbehaving(page)
  const failure = await server.blobs.get('a').catch((thrown: unknown) => thrown)
  expect(failure).toMatchObject({ code: 'overloaded' })
  expect(String(failure)).not.toMatch(/hush|html/)
})
