import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type Exchange, type UpstreamControl, type UpstreamRequest, Wheel } from '@gatehouse/kernel'
import { afterEach, expect, test } from 'vitest'
import { createTransport, type Transport } from './transport.ts'

type Answer = (socket: Socket, request: string, connection: number) => void

let server: Server | undefined
let transport: Transport | undefined
afterEach(async () => {
  await transport?.close()
  server?.close()
})

/** A vendor of plain sockets: what it sends, and when it closes, is up to the test. */
async function vendor(answer: Answer): Promise<{ origin: string; opened: () => number }> {
  let opened = 0
  server = createServer((socket) => {
    const number = opened++
    let kept = ''
    socket.on('error', () => {})
    socket.on('data', (read) => {
      kept += read.toString('latin1')
      const head = kept.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/.exec(kept)?.[1] ?? 0)
      if (head < 0 || kept.length < head + 4 + length) return
      const request = kept
      kept = ''
      answer(socket, request, number)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { origin: `http://127.0.0.1:${port}`, opened: () => opened }
}

const timeouts = { connect: 5000, firstByte: 5000, idle: 5000, total: 10_000 }
const reserved = { notes: { reservation: {} } } as unknown as Exchange // all of an exchange the transport looks at

interface Result {
  status: number
  body: string
  failure: Error | undefined
  control: UpstreamControl | undefined
}

function ask(origin: string, change: Partial<UpstreamRequest> = {}, began?: (control: UpstreamControl) => void): Promise<Result> {
  return new Promise((resolve) => {
    const result: Result = { status: 0, body: '', failure: undefined, control: undefined }
    const end = () => resolve(result)
    result.control = transport!.send(
      { origin, path: '/v1/x', method: 'POST', headers: { 'x-a': 'b' }, body: 'hello', timeouts, ...change },
      {
        head: (status) => {
          result.status = status
        },
        data: (read) => {
          result.body += Buffer.from(read).toString('latin1')
          began?.(result.control!)
          return true
        },
        end,
        fail: (failure) => {
          result.failure = failure
          end()
        },
      },
      reserved,
    )
  })
}
const ok = (body: string, more = '') => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`

test('a request arrives as it was given, and its connection is used again', async () => {
  const { origin, opened } = await vendor((socket, request) => socket.write(ok(request), 'latin1'))
  transport = createTransport()
  const { body } = await ask(origin)
  expect(body).toBe(`POST /v1/x HTTP/1.1\r\nhost: ${origin.slice(7)}\r\nconnection: keep-alive\r\nx-a: b\r\ncontent-length: 5\r\n\r\nhello`)
  const large = 'x'.repeat(100_000)
  expect((await ask(origin, { body: Buffer.from(large) })).body.endsWith(large)).toBe(true)
  expect((await ask(origin, { body: Buffer.from('größe 好') })).body.endsWith(Buffer.from('größe 好').toString('latin1'))).toBe(true)
  expect(opened()).toBeLessThan(3)
  expect(transport.counts).toEqual({ begun: 3, open: 0, aborted: 0 })
})

test('a connection the vendor closed while it was idle is not used again', async () => {
  const { origin, opened } = await vendor((socket, _, number) => {
    socket.write(ok('one'))
    if (number === 0) setTimeout(() => socket.end(), 20)
  })
  transport = createTransport()
  await ask(origin)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await ask(origin)).body).toBe('one')
  expect(opened()).toBe(2)
})

test('a connection is not used again when the vendor says so, closes, or sends more than it announced', async () => {
  const answers = [ok('a', 'connection: close\r\n'), `${ok('b')}more`, ok('c', 'keep-alive: timeout=1\r\n'), ok('d')]
  const { origin, opened } = await vendor((socket, _, number) => socket.write(answers[number]!))
  transport = createTransport()
  const bodies = []
  for (const _ of answers) bodies.push((await ask(origin)).body)
  expect([bodies.join(''), opened()]).toEqual(['abcd', 4])
})

test('beyond the most connections a request waits its turn', async () => {
  const { origin, opened } = await vendor((socket) => setTimeout(() => socket.write(ok('x')), 5))
  transport = createTransport({ connections: 2 })
  const results = await Promise.all(Array.from({ length: 9 }, () => ask(origin)))
  expect(results.map(({ body }) => body).join('')).toBe('xxxxxxxxx')
  expect(opened()).toBe(2)
})

test('an answer that breaks off fails, and a waiting request takes the next connection', async () => {
  const { origin } = await vendor((socket, _, number) => {
    if (number === 0) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')
    else socket.write(ok('whole'))
  })
  transport = createTransport({ connections: 1 })
  const [first, second] = await Promise.all([ask(origin), ask(origin)])
  expect([first.body, first.failure?.message]).toEqual(['half', 'the connection to the vendor broke'])
  expect([second.body, second.failure]).toEqual(['whole', undefined])
})

test('what is not HTTP fails in our words', async () => {
  const { origin } = await vendor((socket) => socket.write('SSH-2.0-server\r\n\r\n'))
  transport = createTransport()
  expect((await ask(origin)).failure).toMatchObject({ code: 'upstream_failed', message: 'the vendor sent what is not HTTP' })
})

test('an abort closes the connection at once, also of a request that waits', async () => {
  const { origin } = await vendor((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
  transport = createTransport({ connections: 1 })
  const reason = new Error('the caller left')
  const running = ask(origin, {}, (control) => control.abort(reason))
  const waiting = ask(origin)
  const { failure } = await running
  expect(failure).toBe(reason)
  expect(transport.counts).toMatchObject({ open: 1, aborted: 1 })
  await transport.close()
  expect((await waiting).failure).toMatchObject({ code: 'upstream_failed' })
  expect(transport.counts.open).toBe(0)
})

test('a vendor that is not there cannot be reached, and one that is silent is too slow', async () => {
  const { origin } = await vendor(() => {})
  transport = createTransport({ wheel: new Wheel(10) })
  expect((await ask(origin, { timeouts: { ...timeouts, firstByte: 30 } })).failure).toMatchObject({
    code: 'timeout',
    details: { stage: 'firstByte' },
  })
  server!.close()
  expect((await ask(origin)).failure).toMatchObject({ code: 'upstream_failed', message: 'the vendor cannot be reached' })
})

test('a value that would become a line of its own is refused before anything is sent', async () => {
  const { origin, opened } = await vendor((socket) => socket.write(ok('x')))
  transport = createTransport()
  const refused = { code: 'internal', message: 'the request to the vendor holds what cannot be sent' }
  expect((await ask(origin, { headers: { 'x-a': 'b\r\nx-evil: 1' } })).failure).toMatchObject(refused)
  expect((await ask(origin, { path: '/a b HTTP/1.1\r\n' })).failure).toMatchObject(refused)
  expect([opened(), transport.counts.open]).toEqual([0, 0])
})

test('a paused answer stays with the vendor until it is resumed', async () => {
  const size = 32 * 1024 * 1024
  const { origin } = await vendor((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`)
    socket.write(Buffer.alloc(size))
  })
  transport = createTransport()
  let seen = 0
  let paused = 0
  await new Promise<void>((resolve, reject) => {
    const control = transport!.send(
      { origin, path: '/', method: 'GET', headers: {}, timeouts },
      {
        head() {},
        data: (read) => {
          seen += read.length
          if (paused > 0) return true
          paused = seen
          setTimeout(() => {
            expect(seen).toBeLessThan(size / 2)
            control.resume()
          }, 50)
          return false
        },
        end: resolve,
        fail: reject,
      },
      reserved,
    )
  })
  expect(seen).toBe(size)
})
