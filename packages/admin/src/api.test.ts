import { expect, test } from 'vitest'
import { createHouse, host } from './testing/house.ts'
import { preferredLanguage } from './words.ts'

test('an unknown field is an error that suggests the nearest name', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const body = await house.ask('POST', '/consumers', { session, body: { name: 'app-one', titel: 'One' } })
  expect([body.status, body.json.code]).toEqual([400, 'invalid_request'])
  expect(body.json.message).toContain('did you mean "title"?')
  expect((await house.ask('GET', '/calls?limt=5', { session })).json.message).toContain('did you mean "limit"?')
})

test('fields that decide about rights cannot be slipped in', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  for (const field of ['project', 'managedBy', 'id', 'sample', 'keys'])
    expect((await house.ask('PATCH', '/users/member', { session, body: { [field]: 'x' } })).status).toBe(400)
})

test.each([
  [
    'a body that is not JSON',
    { body: new TextEncoder().encode('{"user"'), headers: { 'content-type': 'application/json' } },
    400,
    'invalid_request',
  ],
  ['broken UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]), headers: { 'content-type': 'application/json' } }, 400, 'invalid_request'],
  ['another type', { body: new TextEncoder().encode('user=x'), headers: { 'content-type': 'text/plain' } }, 415, 'unsupported'],
  ['more than a megabyte', { body: new Uint8Array(1_048_577), headers: { 'content-type': 'application/json' } }, 413, 'too_large'],
])('%s is refused with its code', async (_, request, status, code) => {
  const house = await createHouse()
  const reply = await house.ask('POST', '/session', request)
  expect([reply.status, reply.json.code, typeof reply.json.trace]).toEqual([status, code, 'string'])
})

test('messages are in the caller’s language', async () => {
  const house = await createHouse()
  const zh = await house.ask('GET', '/me', { headers: { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' } })
  expect([zh.json.message, zh.headers.get('content-language')]).toEqual(['请先登录', 'zh'])
  expect((await house.ask('GET', '/me', { headers: { 'accept-language': 'fr' } })).json.message).toBe('sign in first')
  expect([undefined, 'en', 'de, zh;q=0.5', 'zh;q=0.2, en;q=0.7', 'zh;q=0'].map(preferredLanguage)).toEqual(['en', 'en', 'zh', 'en', 'en'])
})

test('a failure inside says nothing about itself, and the server hears of it', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  house.store.calls.list = async () => {
    throw new Error('SELECT secret FROM calls')
  }
  const reply = await house.ask('GET', '/calls', { session })
  expect([reply.status, reply.json.code]).toEqual([500, 'internal'])
  expect(reply.text).not.toMatch(/SELECT|\.ts|stack/)
  expect(house.failures).toMatchObject([{ message: 'SELECT secret FROM calls' }])
})

test('an unknown path and another method answer 404 in the same form', async () => {
  const { api } = await createHouse()
  for (const [method, path] of [
    ['GET', '/api/nothing'],
    ['PUT', '/api/me'],
    ['OPTIONS', '/api/me'],
    ['GET', '/elsewhere'],
  ] as const) {
    const response = await api.request(`http://${host}${path}`, { method, headers: { host } })
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, 'not_found'])
  }
})

test('the overview has a bucket for every step and says what needs attention', async () => {
  const house = await createHouse()
  const session = await house.signIn('auditor')
  await house.store.documents.update('open', { status: 'error', quarantined: 2 })
  const { json } = await house.ask('GET', '/overview', { session })
  expect(json.buckets).toHaveLength(24)
  expect(json).toMatchObject({ totals: { blocked: 1, inputTokens: 10 }, knowledge: { bases: 1, documents: 2 }, apps: 1 })
  expect(json.attention).toMatchObject([
    { kind: 'document-error', count: 1, base: 'handbook' },
    { kind: 'quarantine', count: 2 },
  ])
  expect((await house.ask('GET', `/overview?from=0&step=60000`, { session })).status).toBe(400)
})

test('status and catalog tell what this server is made of', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  expect((await house.ask('GET', '/status', { session })).json).toMatchObject({
    version: '1.2.3',
    store: 'memory',
    limits: 'exact',
    demo: true,
    providers: [],
  })
  expect((await house.ask('GET', '/catalog', { session })).json.families.guard[0].id).toBe('guard.pii')
  house.store.check = async () => {
    throw new Error('file locked: /somewhere/secret')
  }
  expect((await house.ask('GET', '/status', { session })).json.problem).not.toContain('/somewhere')
})

test('the audit is listed, verified and signed, and verifying is itself in it', async () => {
  const house = await createHouse()
  const session = await house.signIn('auditor')
  expect((await house.ask('GET', '/audit?action=policy.flag', { session })).json.items).toMatchObject([
    { actor: 'user:pia', trace: 'call-1' },
  ])
  expect((await house.ask('POST', '/audit/verify', { session })).json).toMatchObject({ intact: true, problems: [] })
  expect((await house.ask('POST', '/audit/heads', { session })).json.heads).toHaveLength(1)
  expect(house.store.held.auditRecords.slice(-2).map(({ action }) => action)).toEqual(['audit.verify', 'audit.sign'])
})

test('a reply holds the fields of its schema and no other', async () => {
  const house = await createHouse()
  const call = house.store.held.callMap.get('call-1')!
  const error = { code: 'internal', message: 'broke', stack: 'at secret.ts' }
  house.store.held.callMap.set('call-1', { ...call, error })
  const { json, text } = await house.ask('GET', '/calls', { session: await house.signIn('auditor') })
  expect(json.items[0].error).toEqual({ code: 'internal', message: 'broke' })
  expect(text).not.toContain('secret.ts')
})
