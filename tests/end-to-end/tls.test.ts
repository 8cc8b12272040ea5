import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { type RunningServer, startServer } from '@gatehouse/server'
import { afterEach, expect, test, vi } from 'vitest'
import { selfSigned } from './self-signed.ts'
import { temporaryPlace } from './server-process.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function certificate(pair = selfSigned()) {
  const place = temporaryPlace()
  closing.push(place.remove)
  mkdirSync(place.home, { recursive: true })
  const tls = { cert: join(place.home, 'cert.pem'), key: join(place.home, 'key.pem') }
  const write = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(tls.key, key)
    writeFileSync(tls.cert, cert)
  }
  write(pair)
  return { place, tls, write, ca: pair.cert }
}

async function serve(extra: Partial<Parameters<typeof startServer>[0]>, place = temporaryPlace()): Promise<RunningServer> {
  const options = {
    ...place,
    host: '127.0.0.1',
    controlHost: '127.0.0.1',
    port: 0,
    controlPort: 0,
    environment: { GATEHOUSE_LOG: 'silent' },
  }
  const server = await startServer({ ...options, ...extra })
  closing.push(() => server.close())
  return server
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}
const ask = (
  url: string,
  ca: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { body, ...rest } = options
    const asked = request(url, { ca, agent: false, ...rest }, (answer) => {
      let text = ''
      answer.on('data', (read) => {
        text += read
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })

test('with a certificate both listeners speak TLS only, and cookies and pages are bound to it', async () => {
  const { place, tls, ca } = certificate()
  const server = await serve({ tls }, place)
  expect([server.dataUrl, server.controlUrl, server.consoleUrl].every((url) => url.startsWith('https://127.0.0.1:'))).toBe(true)
  const page = await ask(server.chatUrl, ca)
  expect(page.headers['strict-transport-security']).toBe('max-age=31536000')
  expect((await ask(`${server.dataUrl}/readyz`, ca)).status).toBe(200)
  await expect(fetch(server.chatUrl.replace('https', 'http'))).rejects.toThrow()

  const link = server.setUpLink!.split('#link=')[1]!
  const body = JSON.stringify({ link })
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
  const opened = await ask(`${server.controlUrl}/api/session/redeem`, ca, { method: 'POST', headers, body })
  expect([opened.status, String(opened.headers['set-cookie'])]).toEqual([200, expect.stringMatching(/^__Host-gatehouse_console=.*Secure/)])
})

test('old protocols are refused', async () => {
  const { place, tls, ca } = certificate()
  const server = await serve({ tls }, place)
  const port = Number(new URL(server.dataUrl).port)
  const old = connect({ port, host: '127.0.0.1', ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })
  await expect(once(old, 'secureConnect')).rejects.toThrow()
})

test('a new certificate counts for new connections and ends no old one; a broken one changes nothing', async () => {
  const { place, tls, write, ca } = certificate(selfSigned({ name: 'first' }))
  const server = await serve({ tls }, place)
  const port = Number(new URL(server.dataUrl).port)
  const open = async (trusted: string) => {
    const socket = connect({ port, host: '127.0.0.1', ca: trusted })
    await once(socket, 'secureConnect')
    return socket
  }
  const nameOf = (socket: TLSSocket) => String(socket.getPeerCertificate().subject.CN)
  const before = await open(ca)
  const second = selfSigned({ name: 'second' })
  write(second)
  server.reload()
  const after = await open(second.cert)
  expect([nameOf(before), nameOf(after)]).toEqual(['first', 'second'])
  before.write('GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  const [answer] = (await once(before, 'data')) as [Buffer]
  expect(String(answer)).toMatch(/^HTTP\/1.1 200/)

  write({ cert: selfSigned({ name: 'third' }).cert, key: second.key })
  server.reload()
  const still = await open(second.cert)
  expect(nameOf(still)).toBe('second')
  for (const socket of [before, after, still]) socket.destroy()

  const fourth = selfSigned({ name: 'fourth' })
  write(fourth) // nobody tells: the files are watched
  await vi.waitFor(async () => (await open(fourth.cert)).destroy(), { timeout: 30_000, interval: 500 })
})

test.each([
  ['a file that is not there', ({ tls }: ReturnType<typeof certificate>) => ({ ...tls, cert: '/nowhere/cert.pem' }), 'cannot be read'],
  [
    'something that is no certificate',
    ({ tls }: ReturnType<typeof certificate>) => ({ ...tls, cert: tls.key }),
    'is not a PEM certificate',
  ],
  ['another key', ({ tls }: ReturnType<typeof certificate>) => ({ ...tls, key: certificate().tls.key }), 'is not the key of'],
  ['one that ended', () => certificate(selfSigned({ days: -0.5 })).tls, 'ended'],
])('a server does not start with %s, and says so', async (_, wrong, message) => {
  await expect(serve({ tls: wrong(certificate()) })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(message),
  })
})
