import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type RunningServer, startServer } from '@gatehouse/server'
import { afterEach, expect, test } from 'vitest'
import { becomeOperator } from './people.ts'
import { spawnServer, temporaryPlace } from './server-process.ts'

const sample = join(import.meta.dirname, '../../examples/handbook')
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type Options = Parameters<typeof startServer>[0]
async function serve({ environment, ...extra }: Partial<Options> = {}): Promise<RunningServer> {
  const place = temporaryPlace()
  closing.push(place.remove)
  const options = { ...place, host: '127.0.0.1', controlHost: '127.0.0.1', port: 0, controlPort: 0 }
  const server = await startServer({ ...options, environment: { GATEHOUSE_LOG: 'silent', ...environment }, ...extra })
  closing.push(() => server.close())
  return server
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}
/** Unlike `fetch` it sends any Host. */
const ask = (url: string, options: { method?: string; headers?: Record<string, string>; body?: unknown } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { body, headers, method } = options
    const text = body === undefined ? '' : JSON.stringify(body)
    const all = { ...(text ? { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) } : {}), ...headers }
    const asked = request(url, { method: method ?? (text ? 'POST' : 'GET'), headers: all, agent: false }, (answer) => {
      let read = ''
      answer.on('data', (piece) => {
        read += piece
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text: read }))
    })
    asked.on('error', reject)
    asked.end(text)
  })

test('metrics are free on this machine under its own name, and nowhere else without a token or an operator’s session', async () => {
  const server = await serve()
  const url = `${server.controlUrl}/metrics`
  const port = new URL(url).port
  const statusAs = async (headers: Record<string, string>) => (await ask(url, { headers })).status
  expect(await statusAs({})).toBe(200)
  expect(await statusAs({ host: `metrics.example:${port}` })).toBe(401)
  expect((await ask(`${server.dataUrl}/metrics`)).status).toBe(404)

  const behind = await serve({ trustedProxies: ['127.0.0.1'] })
  const forwarded = { 'x-forwarded-for': '192.0.2.1' }
  expect((await ask(`${behind.controlUrl}/metrics`, { headers: forwarded })).status).toBe(401)
  const opened = await ask(`${behind.controlUrl}/api/session/redeem`, { body: { link: behind.setUpLink!.split('#link=')[1]! } })
  const cookie = String(opened.headers['set-cookie']).split(';')[0]!
  expect((await ask(`${behind.controlUrl}/metrics`, { headers: { ...forwarded, cookie } })).status).toBe(401) // no password yet
  const { csrf } = JSON.parse(opened.text) as { csrf: string }
  const headers = { cookie, 'x-csrf-token': csrf }
  const signedIn = await ask(`${behind.controlUrl}/api/me/password`, { body: { password: 'correct horse battery staple' }, headers })
  const operator = String(signedIn.headers['set-cookie']).split(';')[0]!
  expect((await ask(`${behind.controlUrl}/metrics`, { headers: { ...forwarded, cookie: operator } })).status).toBe(200)

  const token = 'a-token-of-some-length'
  const guarded = await serve({ environment: { GATEHOUSE_METRICS_TOKEN: token } })
  expect((await ask(`${guarded.controlUrl}/metrics`)).status).toBe(401)
  expect((await ask(`${guarded.controlUrl}/metrics`, { headers: { authorization: `Bearer ${token}x` } })).status).toBe(401)
  expect((await ask(`${guarded.controlUrl}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
})

test('what is called shows in the metrics, and no name that a caller made up', async () => {
  const server = await serve({ sample })
  await server.synced
  const chat = (model: string) =>
    ask(`${server.dataUrl}/v1/chat/completions`, {
      body: { model, messages: [{ role: 'user', content: 'How many days of annual leave carry over?' }] },
      headers: { authorization: `Bearer ${server.newKey}` },
    })
  expect((await chat('app/handbook')).status).toBe(200)
  for (let at = 0; at < 20; at++) expect((await chat(`made-up-${at}`)).status).toBe(404)
  const { text } = await ask(`${server.controlUrl}/metrics`)
  expect(text).toMatch(/gatehouse_calls_total\{operation="app",kind="app",end="complete",status="2xx"\} 1\n/)
  expect(text).toMatch(/gatehouse_calls_total\{operation="chat",kind="route",end="failed",status="4xx"\} 20\n/)
  expect(text).toMatch(/gatehouse_target_calls_total\{kind="route",target="none",end="failed"\} 20\n/)
  expect(text).toMatch(/gatehouse_retrieval_seconds_count\{match="good"\} 1\n/)
  expect(text).toMatch(/gatehouse_documents_total\{result="completed"\} [1-9]/)
  expect(text).toMatch(/gatehouse_ready 1\n/)
  expect(text).not.toMatch(/made-up|annual leave|gh-/)
})

test('behind a trusted proxy that speaks https, cookies are for https and the proxy’s name counts', async () => {
  const server = await serve({ trustedProxies: ['127.0.0.1'], environment: { GATEHOUSE_HOSTS: 'console.example' } })
  const link = server.setUpLink!.split('#link=')[1]!
  const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'console.example' }
  const opened = await ask(`${server.controlUrl}/api/session/redeem`, {
    body: { link },
    headers: { ...forwarded, origin: 'https://console.example', 'sec-fetch-site': 'same-origin' },
  })
  expect([opened.status, String(opened.headers['set-cookie'])]).toEqual([200, expect.stringMatching(/^__Host-gatehouse_console=.*Secure/)])
  expect(opened.headers['strict-transport-security']).toBe('max-age=31536000')
  const foreign = { ...forwarded, 'x-forwarded-host': 'elsewhere.example' }
  expect((await ask(`${server.controlUrl}/api/health`, { headers: foreign })).status).toBe(403)
})

test('what a stranger says about proxies changes nothing', async () => {
  const server = await serve({ environment: { GATEHOUSE_HOSTS: 'console.example' } })
  const link = server.setUpLink!.split('#link=')[1]!
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'console.example' }
  const opened = await ask(`${server.controlUrl}/api/session/redeem`, { body: { link }, headers })
  expect(String(opened.headers['set-cookie'])).toMatch(/^gatehouse_console=/)
  expect(opened.headers['strict-transport-security']).toBeUndefined()
})

test('too many wrong passwords of one client behind the proxy do not lock out another', async () => {
  const server = await serve({ trustedProxies: ['127.0.0.1'] })
  const signIn = (from: string, user: string) =>
    ask(`${server.controlUrl}/api/session`, {
      body: { user, password: 'wrong' },
      headers: { 'x-forwarded-for': from, 'x-forwarded-proto': 'https' },
    })
  const statuses: number[] = []
  for (let at = 0; at < 60; at++) statuses.push((await signIn('192.0.2.1', `person-${at}`)).status)
  expect(statuses).toContain(429)
  expect((await signIn('192.0.2.2', 'person-x')).status).toBe(401)
})

test('signing in over plain HTTP is refused where the browser is on another machine, unless that is allowed', async () => {
  const host = 'gatehouse.example'
  const body = { user: 'operator', password: 'wrong' }
  const statusOf = async (url: string) => (await ask(url, { body, headers: { host: `${host}:${new URL(url).port}` } })).status
  const careful = await serve({ environment: { GATEHOUSE_HOSTS: host } })
  expect(await statusOf(`${careful.controlUrl}/api/session`)).toBe(403)
  expect(await statusOf(`${careful.dataUrl}/chat/api/session`)).toBe(403)
  expect((await ask(`${careful.controlUrl}/api/session`, { body })).status).toBe(401) // this machine
  const allowing = await serve({ environment: { GATEHOUSE_HOSTS: host, GATEHOUSE_PLAIN_HTTP: 'allow' } })
  expect(await statusOf(`${allowing.controlUrl}/api/session`)).toBe(401)
  expect(await statusOf(`${allowing.dataUrl}/chat/api/session`)).toBe(401)
})

test('readiness names what it looked at, and HEAD works where GET does', async () => {
  const server = await serve()
  for (const url of [server.dataUrl, server.controlUrl]) {
    const { status, text } = await ask(`${url}/readyz`)
    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      { status: 'ready', checks: { store: 'ok', journal: 'ok', configuration: 'ok' } },
    ])
    for (const path of ['/livez', '/readyz']) {
      const head = await ask(`${url}${path}`, { method: 'HEAD' })
      expect([path, head.status, head.text, Number(head.headers['content-length']) > 0]).toEqual([path, 200, '', true])
    }
  }
  for (const url of [server.chatUrl, server.consoleUrl]) {
    const [got, head] = [await ask(url), await ask(url, { method: 'HEAD' })]
    expect([head.status, head.text, head.headers['content-length']]).toEqual([got.status, '', got.headers['content-length']])
  }
  expect((await ask(`${server.dataUrl}/`, { method: 'HEAD' })).status).toBe(302)
})

test('a thousand connections that say nothing keep nobody out, and more than allowed are turned away', async () => {
  const server = await serve({ sample })
  const { hostname, port } = new URL(server.dataUrl)
  const open = async (to: string): Promise<Socket> => {
    const socket = connect(Number(to), hostname)
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const idle = await Promise.all(Array.from({ length: 1_000 }, () => open(port)))
  closing.push(() => idle.forEach((socket) => void socket.destroy()))
  const headers = { authorization: `Bearer ${server.newKey}` }
  const body = { model: 'assistant', messages: [{ role: 'user', content: 'hello' }] }
  expect((await ask(`${server.dataUrl}/v1/chat/completions`, { body, headers })).status).toBe(200)

  const small = await serve({ environment: { GATEHOUSE_MAX_CONNECTIONS: '2' } })
  const to = new URL(small.dataUrl).port
  const [first, second, third] = [await open(to), await open(to), await open(to)]
  closing.push(
    () => first.destroy(),
    () => second.destroy(),
  )
  await once(third, 'close')
  first.destroy()
  await once(first, 'close')
  await expect.poll(async () => (await ask(`${small.dataUrl}/livez`).catch(() => ({ status: 0 }))).status).toBe(200)
})

test('nothing secret reaches the log, at its most talkative', async () => {
  const place = temporaryPlace()
  closing.push(place.remove)
  const dsn = 'postgres://gatehouse:hunter2-hunter2@127.0.0.1:1/none'
  const password = 'correct horse battery staple'
  const environment = { GATEHOUSE_LOG: 'info', GATEHOUSE_METRICS_TOKEN: 'metrics-token-of-some-length', SOME_DSN: dsn }
  const server = await spawnServer(place, [], environment)
  closing.push(server.kill)
  const key = /(gh-\w+)/.exec(server.output)![1]!
  const link = /#link=([\w-]+)/.exec(server.output)![1]!
  const operator = await becomeOperator(
    { ...server, controlUrl: server.consoleUrl.replace('/console', ''), setUpLink: `x#link=${link}` },
    password,
  )
  const prompt = 'My card is 4111 1111 1111 1111 and my friend is called Rumpelstilzchen'
  for (const model of ['assistant', 'app/handbook', prompt, key])
    await ask(`${server.dataUrl}/v1/chat/completions`, {
      body: { model, messages: [{ role: 'user', content: prompt }], user: key },
      headers: { authorization: `Bearer ${key}`, cookie: `gatehouse-chat=${link}` },
    })
  await ask(`${server.dataUrl}/v1/chat/completions`, { body: { key }, headers: { authorization: `Bearer ${key}x` } })
  await operator.admin.status({}).catch(() => {})
  const controlUrl = server.consoleUrl.replace('/console', '')
  await ask(`${controlUrl}/api/session`, { body: { user: prompt, password } })
  await ask(`${controlUrl}/metrics`, { headers: { authorization: 'Bearer metrics-token-of-some-length' } })
  expect(await server.stop()).toBe(0)
  const lines = server.log.split('\n').filter((line) => line.startsWith('{'))
  expect(lines.filter((line) => line.includes('"msg":"call"')).length).toBeGreaterThan(2)
  for (const secret of [key, 'hunter2', password, 'Rumpelstilzchen', '4111', link, 'metrics-token', 'Bearer'])
    expect(server.log).not.toContain(secret)
})
