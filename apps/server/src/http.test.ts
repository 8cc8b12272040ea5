import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createListener, stopListening } from './http.ts'

let server: Server
afterEach(() => server.close())

/** All that comes back until the server ends the connection. */
async function send(text: string): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  socket.on('data', (read) => {
    received += String(read)
  })
  socket.write(text)
  await once(socket, 'close')
  return received
}

test('a request whose body never ends is ended, also where nobody watches the body', async () => {
  let taken = 0
  server = createListener(
    (request) => {
      taken++
      request.resume()
    },
    { slowest: 50 },
  )
  const received = await send('POST /chat/api/session HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{')
  expect([taken, received.split('\r\n')[0]]).toEqual([1, 'HTTP/1.1 408 Request Timeout'])
})

test('a reply may take longer than a request may', async () => {
  server = createListener(
    (_, response) => {
      response.write('first')
      setTimeout(() => response.end('last'), 300)
    },
    { slowest: 50 },
  )
  expect(await send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/first[\s\S]*last/)
})

test('both listeners have a limit unless told another', () => {
  server = createListener(() => {})
  expect(server.requestTimeout).toBeGreaterThan(0)
})

test('a client that sends its headers one by one for ever is cut, and keeps nobody waiting', async () => {
  let taken = 0
  server = createListener(
    (_, response) => {
      taken++
      response.end('ok')
    },
    { slowest: 200 },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const slow = connect(port, '127.0.0.1')
  slow.on('error', () => {})
  slow.write('GET / HTTP/1.1\r\nHost: a\r\n')
  const dripping = setInterval(() => slow.write('X-More: 1\r\n'), 20)
  const quick = await fetch(`http://127.0.0.1:${port}/`)
  expect(await quick.text()).toBe('ok')
  let received = ''
  slow.on('data', (read) => {
    received += String(read)
  })
  await once(slow, 'close')
  clearInterval(dripping)
  expect([taken, received.split('\r\n')[0]]).toEqual([1, 'HTTP/1.1 408 Request Timeout'])
})

test('headers that are too large are refused', async () => {
  server = createListener((_, response) => response.end('ok'))
  expect(await send(`GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/)
})

test('told to stop listening, it ends connections that are idle or said nothing, and lets an answer finish', async () => {
  let finish = () => {}
  server = createListener((_, response) => {
    response.write('first')
    finish = () => response.end('last')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const silent = connect(port, '127.0.0.1')
  await once(silent, 'connect')
  const busy = await fetch(`http://127.0.0.1:${port}/`)
  const stopped = stopListening(server)
  await once(silent, 'close')
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  finish()
  expect(await busy.text()).toBe('firstlast')
  await stopped
})
