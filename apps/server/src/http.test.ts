import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createListener } from './http.ts'

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
