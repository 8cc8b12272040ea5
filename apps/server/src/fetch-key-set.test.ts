import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { fetchKeySet } from './fetch-key-set.ts'

async function served<T>(answer: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?v=1`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

test('keys are fetched from an issuer on this machine', async () => {
  const text = await served((request, response) => response.end(`${request.url} ${request.headers.accept}`), fetchKeySet)
  expect(text).toBe('/keys?v=1 application/json')
})

test.each([
  ['a redirect', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), /answered 302/],
  ['an endless answer', (_, response) => response.end(Buffer.alloc(300 * 1024)), /too long/],
  ['a broken answer', (_, response) => response.writeHead(200, { 'content-length': '100' }).end('x', () => response.destroy()), /./],
] as [string, RequestListener, RegExp][])('%s is refused', async (_, answer, message) => {
  await expect(served(answer, fetchKeySet)).rejects.toThrow(message)
})

test.each([
  ['http://issuer.example/keys', /https/],
  ['file:///etc/passwd', /https/],
  ['https://169.254.169.254/keys', /none of an identity provider/],
  ['https://[fe80::1]/keys', /none of an identity provider/],
  ['https://user:secret@127.0.0.1/keys', /no password/],
])('%s is not asked', async (url, message) => {
  await expect(fetchKeySet(url)).rejects.toThrow(message)
})
