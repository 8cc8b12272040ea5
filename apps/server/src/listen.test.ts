import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { isLoopback, listen } from './listen.ts'

const servers: Server[] = []
const server = () => {
  const made = createServer()
  servers.push(made)
  return made
}
afterEach(() => {
  for (const each of servers.splice(0)) each.close()
})

test('a port that was asked for and is taken is refused in plain words', async () => {
  const port = await listen(server(), '127.0.0.1', 0, 0)
  await expect(listen(server(), '127.0.0.1', port, 0)).rejects.toMatchObject({
    code: 'conflict',
    message: `port ${port} on 127.0.0.1 is taken by another program; stop it or choose another port`,
  })
})

test('a default port that is taken gives way to the next free one', async () => {
  const standard = await listen(server(), '127.0.0.1', 0, 0)
  const port = await listen(server(), '127.0.0.1', undefined, standard)
  expect(port).toBeGreaterThan(standard)
})

test('only addresses of this machine alone are loopback', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) expect(isLoopback(host)).toBe(true)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example']) expect(isLoopback(host)).toBe(false)
})
