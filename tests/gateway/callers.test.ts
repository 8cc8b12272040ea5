import { createHash, createHmac, randomUUID } from 'node:crypto'
import { type IncomingMessage, request as send } from 'node:http'
import { connect } from 'node:net'
import { Callers } from '@gatehouse/gateway'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assembly, assemble, key, resource, standard } from './assembly.ts'

const secret = 'gh-old' // of the assembly's secrets
const localHash = createHash('sha256').update('gh-elsewhere').digest('hex')
let house: Assembly
let token: () => Promise<string>
beforeAll(async () => {
  const pair = await generateKeyPair('ES256')
  const publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'k1' }
  token = () =>
    new SignJWT({ iss: 'https://login.example', aud: 'gateway', sub: 'mara' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuedAt()
      .setExpirationTime('2m')
      .sign(pair.privateKey)
  const targets = [{ provider: 'scripted' }]
  house = await assemble({
    resources: (origin) => [
      ...standard(origin),
      resource('Route', 'open', { models: ['text'], prefix: '/open', targets, anonymous: true }),
      resource('Route', 'closed', { models: ['closed'], prefix: '/open', targets }),
      resource('Route', 'letters', { models: ['text'], prefix: '/路由', targets }),
      resource('Consumer', 'anonymous', { limits: { requestsPerMinute: 1000, concurrency: 3 } }),
      resource('App', 'public', { graph: { nodes: [], edges: [] }, access: ['public'] }),
      resource('User', 'mara', {}),
      resource('Consumer', 'plugin', {
        maySpeakFor: ['mara'],
        signingKeys: [{ accessKey: 'ak-1', secrets: [{ secret: 'env:OLD_KEY' }] }],
        tokenIssuers: [{ issuer: 'https://login.example', audience: ['gateway'], keys: [publicKey], person: {} }],
      }),
      resource('Consumer', 'elsewhere', {
        keys: [{ hash: localHash }],
        signingKeys: [{ accessKey: 'ak-2', secrets: [{ secret: 'env:OLD_KEY' }] }],
        addresses: { allow: ['10.0.0.0/8'] },
      }),
    ],
  })
})
afterAll(() => house.close())

const body = JSON.stringify({ model: 'text', messages: [{ role: 'user', content: 'Hello' }] })
interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly error: { code: string; message: string } | undefined
  readonly body: Record<string, unknown>
}
/** Sends headers as they are given, also twice. */
function ask(headers: readonly string[], { path = '/v1/chat/completions', content = body } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = ['host', 'gateway', 'content-length', String(Buffer.byteLength(content)), ...headers]
    const request = send(house.url + path, { method: 'POST', headers: all }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => {
        const body = JSON.parse(Buffer.concat(pieces).toString()) as Answer['body'] & Pick<Answer, 'error'>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, error: body.error, body })
      })
    })
    request.on('error', reject)
    request.end(content)
  })
}
/** As Dify's plugin signs. */
function signed({
  accessKey = 'ak-1',
  path = '/v1/chat/completions',
  more = [] as string[],
  type = 'application/json',
  md5 = '',
} = {}): string[] {
  const date = new Date().toUTCString()
  const [nonce, stamp] = [randomUUID(), String(Date.now())]
  const lines = [`x-ca-key:${accessKey}`, `x-ca-nonce:${nonce}`, 'x-ca-signature-method:HmacSHA256', `x-ca-timestamp:${stamp}`]
  const text = ['POST', '*/*', md5, type, date, ...lines, path].join('\n')
  return [
    ...['accept', '*/*', 'content-type', type, 'date', date, 'x-ca-key', accessKey, 'x-ca-nonce', nonce, 'x-ca-timestamp', stamp],
    ...['x-ca-signature-method', 'HmacSHA256', 'x-ca-signature-headers', 'x-ca-key,x-ca-nonce,x-ca-signature-method,x-ca-timestamp'],
    ...['x-ca-signature', createHmac('sha256', secret).update(text).digest('base64'), ...(md5 ? ['content-md5', md5] : []), ...more],
  ]
}
const bearer = ['authorization', `Bearer ${key}`]

test('a signed call is answered and recorded under its access key', async () => {
  expect((await ask(signed())).status).toBe(200)
  expect(house.journal.records.at(-1)).toMatchObject({ consumer: 'plugin', key: 'ak-1', status: 200 })
})

test('a doubled /v1 is signed as it came and served all the same', async () => {
  const path = '/v1/v1/chat/completions'
  expect((await ask(signed({ path }), { path })).status).toBe(200)
})

test('a prefix of other letters may be signed as people write it, or as it is sent', async () => {
  const path = `/${encodeURIComponent('路由')}/v1/chat/completions`
  expect((await ask(signed({ path: '/路由/v1/chat/completions' }), { path })).status).toBe(200)
  expect((await ask(signed({ path }), { path })).status).toBe(200)
  expect(house.journal.records.at(-1)).toMatchObject({ target: 'letters' })
})

test('the same request again, a wrong signature beside a right key, and an unknown access key reach no vendor', async () => {
  const once = signed()
  await ask(once)
  const before = house.upstream.requests.length
  expect(await ask(once)).toMatchObject({ status: 400, error: { code: 'NonceReused' }, headers: { 'x-ca-error-message': 'NonceReused' } })
  const wrong = signed().map((value, at, all) => (all[at - 1] === 'x-ca-signature' ? 'AAAA' : value))
  expect(await ask([...wrong, ...bearer])).toMatchObject({ status: 400, error: { code: 'InvalidSignature' } })
  expect(await ask([...bearer, 'x-ca-key', ''])).toMatchObject({ status: 401, error: { code: 'InvalidKey' } })
  expect(await ask(['x-ca-signature', 'x', ...bearer])).toMatchObject({ status: 401, error: { code: 'InvalidKey' } })
  expect(await ask(signed({ accessKey: 'ak-9' }))).toMatchObject({ status: 401, error: { code: 'InvalidKey' } })
  for (const text of ['ak-1', secret]) expect((await ask(['authorization', `Bearer ${text}`])).status).toBe(401)
  expect(house.upstream.requests.length).toBe(before)
})

test('a digest is checked against the bytes that arrived, on record', async () => {
  const md5 = createHash('md5').update(body).digest('base64')
  expect((await ask(signed({ md5 }))).status).toBe(200)
  expect(await ask(signed({ md5 }), { content: `${body} ` })).toMatchObject({ status: 400, error: { code: 'InvalidContentMD5' } })
  expect(house.journal.records.at(-1)).toMatchObject({ consumer: 'plugin', status: 400, end: 'failed' })
  const path = '/api/v1/services/rerank/text-rerank/text-rerank'
  const refused = await ask(signed({ accessKey: 'ak-9', path }), { path })
  expect(refused).toMatchObject({ status: 401, body: { code: 'InvalidKey', request_id: refused.headers['x-request-id'] } })
})

test.each([
  ['x-api-key', ['x-api-key', key]],
  ['api-key', ['Api-Key', key]],
  ['the same key twice, in two headers', [...bearer, 'x-api-key', key]],
])('a key is taken from %s', async (_, headers) => {
  expect((await ask(headers)).status).toBe(200)
})

test.each([
  ['two keys that differ', [...bearer, 'x-api-key', 'gh-limited'], 'differ'],
  ['two headers authorization', [...bearer, ...bearer], 'authorization was sent more than once'],
  ['two headers x-api-key', ['x-api-key', key, 'X-Api-Key', 'gh-old'], 'x-api-key was sent more than once'],
  ['another scheme beside a right key', ['authorization', 'Basic eDp5', 'x-api-key', key], 'authorization holds no bearer key'],
  ['nothing', [], 'there is no header authorization'],
  ['an empty key', ['x-api-key', ''], 'sent in the header x-api-key'],
])('%s is refused and says where it was looked', async (_, headers, words) => {
  expect(await ask(headers)).toMatchObject({ status: 401, error: { code: 'invalid_api_key', message: expect.stringContaining(words) } })
})

test('a token of an issuer stands for a person, and not for two', async () => {
  const headers = ['authorization', `Bearer ${await token()}`]
  expect((await ask(headers)).status).toBe(200)
  expect(house.journal.records.at(-1)).toMatchObject({ consumer: 'plugin', user: 'mara', key: 'jwt:https://login.example' })
  expect((await ask([...headers, 'x-gatehouse-assertion', await assertion()])).status).toBe(401)
})

const assertion = () =>
  new SignJWT({ sub: 'mara', aud: 'gatehouse', jti: randomUUID() })
    .setProtectedHeader({ alg: 'HS256', kid: 'ak-1' })
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(new TextEncoder().encode(secret))

test('a consumer that may speak for a person does so, beside its own credential only', async () => {
  expect((await ask(signed({ more: ['x-gatehouse-assertion', await assertion()] }))).status).toBe(200)
  expect(house.journal.records.at(-1)).toMatchObject({ consumer: 'plugin', user: 'mara', key: 'ak-1' })
  expect((await ask([...bearer, 'x-gatehouse-assertion', await assertion()])).status).toBe(401)
  expect((await ask(['x-gatehouse-assertion', await assertion()], { path: '/open/v1/chat/completions' })).status).toBe(401)
})

test('a route that takes anybody takes anybody, under its own prefix and model only, and with a wrong key nobody', async () => {
  const path = '/open/v1/chat/completions'
  expect((await ask([], { path })).status).toBe(200)
  expect(house.journal.records.at(-1)).toMatchObject({ consumer: 'anonymous', target: 'open' })
  expect(house.counters.holds.size).toBe(0)
  expect(house.snapshot.anonymous.get('/open')).toMatchObject({ asker: { principals: ['public'] }, limits: [{ most: 1000 }, { most: 3 }] })
  for (const model of ['closed', 'app/public'])
    expect((await ask([], { path, content: body.replace('"text"', `"${model}"`) })).status).toBe(404)
  expect((await ask(['authorization', 'Bearer gh-guessed'], { path })).status).toBe(401)
  expect((await ask([])).status).toBe(401)
})

test('a web page of another site, or one whose name was pointed at our address, is not anybody', async () => {
  const path = '/open/v1/chat/completions'
  expect((await ask(['origin', 'https://evil.example'], { path })).status).toBe(403)
  expect((await ask(['sec-fetch-site', 'cross-site'], { path })).status).toBe(403)
  const callers = new Callers({ clock: { now: Date.now }, isOurHost: (host) => host === 'gate.example' })
  const from = (host: string) => {
    const request = { method: 'POST', url: path, rawHeaders: ['host', host], headers: { host }, socket: {} } as unknown as IncomingMessage // all of it that is looked at
    return callers.identify(request, house.snapshot, Date.now(), '/open')
  }
  expect(from('gate.example')).toMatchObject({ consumer: 'anonymous' })
  expect(() => from('evil.example')).toThrow('this host name is not ours')
})

test('a consumer calls from its own addresses only, whatever the credential and whatever a header says', async () => {
  const elsewhere = ['authorization', 'Bearer gh-elsewhere', 'x-forwarded-for', '10.1.2.3']
  const refused = { status: 403, error: { code: 'UnauthorizedConsumer', message: expect.stringContaining('127.0.0.1') } }
  expect(await ask(elsewhere)).toMatchObject(refused)
  expect(await ask(signed({ accessKey: 'ak-2' }))).toMatchObject(refused)
  const other = await fetch(`${house.url}/v1/datasets`, { headers: { authorization: 'Bearer gh-elsewhere' } })
  expect(other.status).toBe(403)
  const twice = await new Promise<number>((resolve, reject) => {
    const headers = ['host', 'gateway', ...bearer, 'authorization', 'Bearer gh-elsewhere']
    send(`${house.url}/v1/datasets`, { headers }, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end()
  })
  expect(twice).toBe(401)
})

test('whoever is refused does not get to send a long body', async () => {
  const socket = connect(Number(new URL(house.url).port), '127.0.0.1')
  socket.on('error', () => {}) // it is closed while we write
  socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 30000000\r\n\r\n{')
  const answer = await new Promise<string>((resolve) => socket.once('data', (read) => resolve(read.toString())))
  expect(answer).toMatch(/^HTTP\/1\.1 401 /)
  expect(answer.toLowerCase()).toContain('connection: close')
  await new Promise((resolve) => socket.once('close', resolve))
})

test('an address that fails again and again is told to wait, while a good key works from there', async () => {
  const crowd = await assemble()
  const attempt = (bad: string) =>
    fetch(`${crowd.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${bad}` }, body })
  for (let at = 0; at < 120; at++) expect((await attempt('gh-wrong')).status).toBe(401)
  const refused = await attempt('gh-wrong')
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
  expect((await attempt(key)).status).toBe(200)
  await crowd.close()
})
