import { expect, test } from 'vitest'
import { cookieOf, createHouse, host, passwordOf } from '../testing/house.ts'

test('a request under another host name is refused, even with a session (DNS rebinding)', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const reply = await house.ask('GET', '/me', { session, headers: { host: 'rebound.example:8081' } })
  expect([reply.status, reply.json.code]).toEqual([403, 'forbidden'])
})

test.each([
  ['another origin', { origin: 'http://evil.example' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:8080' }],
  ['a sandboxed page', { origin: 'null' }],
  ['a browser on another site', { 'sec-fetch-site': 'cross-site' }],
  ['a browser on a sibling', { 'sec-fetch-site': 'same-site' }],
])('a request from %s is refused', async (_, headers) => {
  const house = await createHouse()
  const body = { user: 'owner', password: 'x' }
  expect((await house.ask('POST', '/session', { body, headers: headers as Record<string, string> })).status).toBe(403)
})

test('our own page and a program are let in', async () => {
  const house = await createHouse()
  await house.signIn('owner')
  const body = { user: 'owner', password: passwordOf('owner') }
  expect(
    (await house.ask('POST', '/session', { body, headers: { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' } })).status,
  ).toBe(200)
  expect((await house.ask('POST', '/session', { body })).status).toBe(200)
})

test('a change by cookie needs the token that only our own page knows; a bearer token does not', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const body = { name: 'new-group' }
  for (const csrf of ['', 'x', session.csrf.slice(1)])
    expect((await house.ask('POST', '/groups', { session: { ...session, csrf }, body })).status).toBe(403)
  expect((await house.ask('POST', '/groups', { session, body })).status).toBe(201)
  const authorization = `Bearer ${session.cookie.split('=')[1]}`
  expect((await house.ask('POST', '/groups', { headers: { authorization }, body: { name: 'another' } })).status).toBe(201)
})

test('no reply allows another origin to read it or a cache to keep it', async () => {
  const house = await createHouse()
  const { headers } = await house.ask('GET', '/health', { headers: { origin: `http://${host}` } })
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect([headers.get('cache-control'), headers.get('x-content-type-options'), headers.get('x-request-id')]).toEqual([
    'no-store',
    'nosniff',
    'request-1',
  ])
})

test('the cookie is out of reach of scripts and other sites, and bound to the host behind TLS', async () => {
  const open = await createHouse()
  await open.signIn('owner')
  const body = { user: 'owner', password: passwordOf('owner') }
  const plain = await open.ask('POST', '/session', { body })
  expect(plain.headers.get('set-cookie')).toMatch(/^gatehouse_console=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
  const secure = await createHouse({ secure: true })
  await secure.signIn('owner')
  const reply = await secure.ask('POST', '/session', { body })
  expect(reply.headers.get('set-cookie')).toMatch(
    /^__Host-gatehouse_console=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  )
  expect((await secure.ask('GET', '/me', { headers: { cookie: cookieOf(reply) } })).status).toBe(200)
})

test('where a password would travel unprotected, it is not taken, and no link is', async () => {
  const house = await createHouse({ maySignIn: false })
  const answers = [
    await house.ask('POST', '/session', { body: { user: 'owner', password: passwordOf('owner') } }),
    await house.ask('POST', '/session/redeem', { body: { link: 'any' } }),
  ]
  expect(answers.map(({ status, headers }) => [status, headers.get('set-cookie')])).toEqual(Array(2).fill([403, null]))
  expect(answers[0]!.json.message).toContain('https')
})
