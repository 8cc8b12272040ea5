import { expect, test } from 'vitest'
import { cookieOf, createHouse, passwordOf } from '../testing/house.ts'
import { Throttle } from './throttle.ts'

const minute = 60_000
const hour = 60 * minute

test('a set-up link opens a session that can only set a password, once, within ten minutes', async () => {
  const house = await createHouse()
  expect((await house.ask('GET', '/health')).json).toEqual({ status: 'ok', setUp: false })
  const { token } = await house.sessions.createLink({ kind: 'setup', user: 'owner' })
  const redeemed = await house.ask('POST', '/session/redeem', { body: { link: token } })
  expect(redeemed.json).toMatchObject({ user: 'owner', roles: ['owner'], mustSetPassword: true })
  expect((await house.ask('POST', '/session/redeem', { body: { link: token } })).status).toBe(401)
  const session = { cookie: cookieOf(redeemed), csrf: redeemed.json.csrf }
  const early = await house.ask('GET', '/overview', { session })
  expect([early.status, early.json.details]).toEqual([403, { mustSetPassword: true }])
  expect((await house.ask('POST', '/me/password', { session, body: { password: 'short' } })).status).toBe(400)
  const set = await house.ask('POST', '/me/password', { session, body: { password: passwordOf('owner') } })
  expect(set.json.mustSetPassword).toBe(false)
  expect((await house.ask('GET', '/me', { session })).status).toBe(401) // the link's session is over
  expect((await house.ask('GET', '/overview', { session: { cookie: cookieOf(set), csrf: set.json.csrf } })).status).toBe(200)
  expect((await house.ask('GET', '/health')).json.setUp).toBe(true)
})

test('a link older than ten minutes is worth nothing', async () => {
  const house = await createHouse()
  const { token } = await house.sessions.createLink({ kind: 'setup', user: 'owner' })
  house.time.now += 10 * minute
  expect((await house.ask('POST', '/session/redeem', { body: { link: token } })).status).toBe(401)
})

test('wrong name, wrong password and a disabled person are told apart by nobody', async () => {
  const house = await createHouse()
  await house.signIn('owner')
  await house.signIn('member')
  const { spec } = (await house.store.resources.get('User', 'default', 'member'))!
  await house.store.resources.put(
    { kind: 'User', project: 'default', name: 'member', spec: { ...spec, disabled: true }, managedBy: 'console' },
    'system',
  )
  const attempts = [
    { user: 'nobody', password: 'x' },
    { user: 'owner', password: 'x' },
    { user: 'member', password: passwordOf('member') },
  ]
  const replies = await Promise.all(attempts.map((body) => house.ask('POST', '/session', { body })))
  expect(new Set(replies.map(({ status, json }) => `${status} ${json.code} ${json.message}`)).size).toBe(1)
  expect(replies[0]?.status).toBe(401)
})

test('failed sign-ins are in the audit, without the name when nobody has it', async () => {
  const house = await createHouse()
  await house.ask('POST', '/session', { body: { user: 'my password by mistake', password: 'x' } })
  await house.ask('POST', '/session', { body: { user: 'owner', password: 'x' } })
  const failed = house.store.held.auditRecords.filter(({ action }) => action === 'sign-in.fail')
  expect(failed.map(({ object }) => object)).toEqual([undefined, 'user/owner'])
  expect(JSON.stringify(house.store.held.auditRecords)).not.toContain('my password')
})

test('after five wrong passwords the right one has to wait a quarter of an hour', async () => {
  const house = await createHouse()
  await house.signIn('owner')
  const attempt = async (password: string) => (await house.ask('POST', '/session', { body: { user: 'owner', password } })).status
  expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(attempt))).toEqual([401, 401, 401, 401, 401])
  expect(await attempt(passwordOf('owner'))).toBe(429)
  house.time.now += 15 * minute
  expect(await attempt(passwordOf('owner'))).toBe(200)
})

test('the throttle forgets the one touched longest ago rather than growing', () => {
  const throttle = new Throttle({ now: () => 0 }, { keys: 3 })
  for (const key of ['a', 'b', 'c', 'a', 'd']) throttle.take([[key, 2]])
  expect(throttle.size).toBe(3)
  expect(throttle.take([['a', 2]])).toBeGreaterThan(0) // still known
  expect(throttle.take([['x'.repeat(10_000), 2]])).toBe(0)
})

test('a session ends after two hours unused and twelve hours in all', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const status = async () => (await house.ask('GET', '/me', { session })).status
  for (let step = 0; step < 6; step++) {
    house.time.now += 1.9 * hour
    expect(await status()).toBe(200)
  }
  house.time.now += hour
  expect(await status()).toBe(401)
  const other = await house.signIn('owner')
  house.time.now += 2 * hour + 1
  expect((await house.ask('GET', '/me', { session: other })).status).toBe(401)
})

test('signing out ends the session; changing the password ends all others', async () => {
  const house = await createHouse()
  const first = await house.signIn('owner')
  const reply = await house.ask('POST', '/session', { body: { user: 'owner', password: passwordOf('owner') } })
  const second = { cookie: cookieOf(reply), csrf: reply.json.csrf as string }
  const body = { current: passwordOf('owner'), password: 'another long password' }
  expect((await house.ask('POST', '/me/password', { session: second, body: { ...body, current: 'no' } })).status).toBe(403)
  const changed = await house.ask('POST', '/me/password', { session: second, body })
  expect((await house.ask('GET', '/me', { session: first })).status).toBe(401)
  const third = { cookie: cookieOf(changed), csrf: changed.json.csrf as string }
  const out = await house.ask('DELETE', '/session', { session: third })
  expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
  expect((await house.ask('GET', '/me', { session: third })).status).toBe(401)
})

test('"chat as" opens the chat as a sample person, names the operator, and opens no console', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const link = await house.ask('POST', '/users/pia/links', { session, body: { kind: 'chat-as' } })
  expect(link.json.url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/chat#link=[\w-]{43}$/)
  const token = link.json.url.split('=')[1]
  expect((await house.ask('POST', '/session/redeem', { body: { link: token } })).status).toBe(401)
  const opened = await house.sessions.redeem(token, 'chat')
  expect(opened.session).toMatchObject({ user: 'pia', audience: 'chat', openedBy: 'owner' })
  expect(await house.sessions.verify(opened.token, 'chat')).toMatchObject({ user: 'pia' })
  expect(await house.sessions.verify(opened.token, 'console')).toBeUndefined()
  const actions = house.store.held.auditRecords
    .filter(({ actor }) => actor === 'user:owner')
    .map(({ action, object }) => `${action} ${object}`)
  expect(actions).toEqual(expect.arrayContaining(['link.create user/pia', 'link.redeem user/pia']))
})

test.each([
  ['loses the office', { roles: ['member'] }],
  ['is disabled', { disabled: true }],
])('a chat opened as somebody else ends when the operator %s', async (_, change) => {
  const house = await createHouse()
  await house.signIn('owner')
  const { token } = await house.sessions.createLink({ kind: 'chat-as', user: 'pia', openedBy: 'admin' })
  const opened = await house.sessions.redeem(token, 'chat')
  expect(await house.sessions.verify(opened.token, 'chat')).toMatchObject({ user: 'pia' })
  const { kind, project, name, spec, managedBy } = (await house.store.resources.get('User', 'default', 'admin'))!
  await house.store.resources.put({ kind, project, name, spec: { ...spec, ...change } as typeof spec, managedBy }, 'system')
  expect(await house.sessions.verify(opened.token, 'chat')).toBeUndefined()
})

test('"chat as" is for sample people, and for loopback', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  expect((await house.ask('POST', '/users/member/links', { session, body: { kind: 'chat-as' } })).status).toBe(409)
  const wide = await createHouse({ loopback: false })
  const there = await wide.signIn('owner')
  expect((await wide.ask('POST', '/users/pia/links', { session: there, body: { kind: 'chat-as' } })).status).toBe(409)
  const { token } = await wide.sessions.createLink({ kind: 'chat-as', user: 'pia', openedBy: 'owner' })
  await expect(wide.sessions.redeem(token, 'chat')).rejects.toThrow('this link')
})

test('nothing kept can be used to sign in: tokens and links lie as hashes', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const { token } = await house.sessions.createLink({ kind: 'setup', user: 'owner' })
  const kept = JSON.stringify(await Promise.all(['session', 'link', 'password'].map((kind) => house.store.records.list(kind))))
  expect(kept).not.toContain(token)
  expect(kept).not.toContain(session.cookie.split('=')[1])
  expect(kept).toContain('"user":"owner"')
})

test('a session that only sets a password is over after half an hour', async () => {
  const house = await createHouse()
  const { token } = await house.sessions.createLink({ kind: 'setup', user: 'owner' })
  const opened = await house.sessions.redeem(token, 'console')
  house.time.now += 30 * minute - 1
  expect(await house.sessions.verify(opened.token, 'console')).toBeDefined()
  house.time.now += 1
  expect(await house.sessions.verify(opened.token, 'console')).toBeUndefined()
})
