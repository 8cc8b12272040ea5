import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { createArrival } from './arrival.ts'
import type { Client } from './client.ts'

/** Whether somebody may sign in who connects from `socket` and, as far as trusted proxies tell, is `client`. */
function mayFrom(host: string, socket: string, client: Partial<Client> = {}, plainHttp = false): boolean {
  const incoming = { headers: { host }, socket: { remoteAddress: socket } } as unknown as IncomingMessage // all of it that is looked at
  return createArrival(() => ({ address: socket.replace('::ffff:', ''), secure: false, ...client }), { plainHttp }).maySignIn({ incoming })
}

test('over plain HTTP people sign in at their own machine only, also through a port that is mapped to it', () => {
  expect(mayFrom('localhost:8080', '127.0.0.1')).toBe(true)
  expect(mayFrom('localhost:8080', '::ffff:172.17.0.1')).toBe(true)
  expect(mayFrom('chat.example.com', '10.0.0.5')).toBe(false)
  expect(mayFrom('chat.example.com', '10.0.0.5', { secure: true })).toBe(true)
  expect(mayFrom('chat.example.com', '10.0.0.5', {}, true)).toBe(true)
})

test('behind a proxy the name localhost opens nothing to a client from elsewhere', () => {
  expect(mayFrom('localhost', '10.0.0.1', { address: '203.0.113.7' })).toBe(false)
  expect(mayFrom('localhost', '127.0.0.1', { address: '203.0.113.7' })).toBe(false)
  expect(mayFrom('localhost', '10.0.0.1', { address: '127.0.0.1' })).toBe(true)
})
