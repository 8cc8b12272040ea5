import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type RunningServer, startServer } from '@gatehouse/server'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { becomeOperator, type Operator } from './people.ts'
import { temporaryPlace } from './server-process.ts'

const sample = join(import.meta.dirname, '../../examples/handbook')
const place = temporaryPlace()
let server: RunningServer
let operator: Operator
let issuer: Issuer

beforeAll(async () => {
  issuer = await startIssuer()
  const listening = { host: '127.0.0.1', controlHost: '127.0.0.1', port: 0, controlPort: 0, trustedProxies: ['127.0.0.1'] }
  server = await startServer({ ...place, ...listening, sample, environment: {} })
  await server.synced
  operator = await becomeOperator(server)
  await operator.admin.createConsumer({ body: { name: 'dify', title: 'Dify' } })
}, 60_000)
afterAll(async () => {
  await server.close()
  issuer.server.close()
  place.remove()
})

interface Issuer {
  readonly server: Server
  readonly url: string
  readonly asked: number
  token(claims: Record<string, unknown>): Promise<string>
}
/** An identity provider as far as we see one: a page with keys, and tokens that were signed with them. */
async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'first', use: 'sig', alg: 'RS256' }]
  let asked = 0
  const page = createServer((_, response) => {
    asked++
    response.end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
  return {
    server: page,
    url,
    get asked() {
      return asked
    },
    token: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'first' })
        .setIssuer(url)
        .setAudience('gatehouse')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
  }
}

async function ask(headers: Record<string, string>, question = 'How many days of annual leave carry over?') {
  const response = await fetch(`${server.dataUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'app/handbook', messages: [{ role: 'user', content: question }] }),
  })
  return { status: response.status, text: await response.text() }
}

function signed(accessKey: string, secret: string, path = '/v1/chat/completions'): Record<string, string> {
  const [date, nonce, stamp] = [new Date().toUTCString(), randomUUID(), String(Date.now())]
  const lines = [`x-ca-key:${accessKey}`, `x-ca-nonce:${nonce}`, 'x-ca-signature-method:HmacSHA256', `x-ca-timestamp:${stamp}`]
  const text = ['POST', '*/*', '', 'application/json', date, ...lines, path].join('\n')
  return {
    ...{ accept: '*/*', date, 'x-ca-key': accessKey, 'x-ca-nonce': nonce, 'x-ca-timestamp': stamp, 'x-ca-signature-method': 'HmacSHA256' },
    'x-ca-signature-headers': 'x-ca-key,x-ca-nonce,x-ca-signature-method,x-ca-timestamp',
    'x-ca-signature': createHmac('sha256', secret).update(text).digest('base64'),
  }
}
const dify = { consumer: 'dify' }

/** A change is in force when the configuration was compiled anew; the answer says when. */
async function answersWith(status: number, headers: () => Record<string, string> | Promise<Record<string, string>>) {
  for (;;) {
    const reply = await ask(await headers())
    if (reply.status === status) return reply
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Records come into the store from the journal, a moment after the answer. */
async function recorded(fits: (call: { user?: string | undefined; key?: string | undefined }) => boolean) {
  for (;;) {
    const { items } = await operator.admin.listCalls({ query: { consumer: 'dify', limit: 50, roots: 'true' } })
    const calls = await Promise.all(items.map(({ id }) => operator.admin.getCall({ path: { call: id } })))
    if (calls.some(({ call }) => fits(call))) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('a pair made in the console signs calls; rotated, both secrets do; revoked, neither does', async () => {
  const { accessKey, secret } = await operator.admin.createSigningKey({ path: dify, body: { title: 'Plugin' } })
  expect((await answersWith(200, () => signed(accessKey, secret))).text).toContain('5')
  const rotated = await operator.admin.rotateSigningKey({ path: { ...dify, accessKey }, body: {} })
  await answersWith(200, () => signed(accessKey, rotated.secret))
  expect((await ask(signed(accessKey, secret))).status).toBe(200)
  expect((await ask(signed(accessKey, 'guessed'))).status).toBe(400)
  // a trusted proxy took the front of the path away; the caller signed it
  const behind = { ...signed(accessKey, secret, '/gateway/v1/chat/completions'), 'x-forwarded-for': '203.0.113.9' }
  expect((await ask(behind)).status).toBe(400)
  expect((await ask({ ...behind, 'x-forwarded-prefix': '/gateway' })).status).toBe(200)
  await operator.admin.revokeSigningKey({ path: { ...dify, accessKey } })
  await answersWith(401, () => signed(accessKey, rotated.secret))
  await recorded(({ key }) => key === accessKey)
})

test('a person calls with a token of the company’s identity provider, and reads what they may read and the consumer too', async () => {
  const body = { issuer: issuer.url, audience: ['gatehouse'], jwksUrl: `${issuer.url}/keys`, person: {} }
  await operator.admin.createTokenIssuer({ path: dify, body })
  const headers = async (sub: string) => ({ authorization: `Bearer ${await issuer.token({ sub })}` })
  await answersWith(200, () => headers('tamsin'))
  expect((await ask(await headers('nobody-here'))).status).toBe(401)
  await recorded(({ user, key }) => user === 'tamsin' && key?.startsWith('jwt:') === true)
  expect(issuer.asked).toBe(1)
})

test('a consumer tied to addresses is refused from others, as trusted proxies tell them', async () => {
  const { key } = await operator.admin.createKey({ path: dify, body: {} })
  await operator.admin.changeConsumer({ path: dify, body: { addresses: { allow: ['203.0.113.0/24'] } } })
  const from = (address: string) => ({ authorization: `Bearer ${key}`, 'x-forwarded-for': address })
  await answersWith(200, () => from('203.0.113.7'))
  expect(await ask(from('198.51.100.1'))).toMatchObject({ status: 403, text: expect.stringContaining('198.51.100.1') })
  const metrics = await (await fetch(`${server.controlUrl}/metrics`)).text()
  expect(metrics).toContain('gatehouse_caller_refusals_total{cause="UnauthorizedConsumer"}')
})
