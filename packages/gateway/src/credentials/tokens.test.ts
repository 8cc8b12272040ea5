import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { resource, snapshotOf } from './test-snapshot.ts'
import { looksLikeToken, verifyToken } from './tokens.ts'

const now = Date.UTC(2026, 10, 22, 6)
const seconds = now / 1000
const issuer = 'https://login.example'

let sign: (claims?: JWTPayload, more?: { alg?: string; kid?: string; key?: CryptoKey | Uint8Array; times?: boolean }) => Promise<string>
let publicKey: JWK
let other: CryptoKey
beforeAll(async () => {
  const pair = await generateKeyPair('ES256')
  publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' }
  other = (await generateKeyPair('ES256')).privateKey
  sign = (claims = {}, { alg = 'ES256', kid = 'k1', key = pair.privateKey, times = true } = {}) =>
    new SignJWT({ iss: issuer, aud: 'shop', sub: 'mara', ...(times && { iat: seconds, exp: seconds + 60 }), ...claims })
      .setProtectedHeader({ alg, kid })
      .sign(key)
})

const person = { person: {} }
const caller = async (token: string | Promise<string>, trust: object = person, at = now) => {
  const snapshot = await snapshotOf([
    resource('Group', 'people', {}),
    resource('Group', 'sales', {}),
    resource('User', 'mara', { email: 'Mara@Company.example', groups: ['people', 'finance'] }),
    resource('User', 'gone', { disabled: true }),
    resource('User', 'twin-a', { email: 'twin@company.example' }),
    resource('User', 'twin-b', { email: 'twin@company.example' }),
    resource('Consumer', 'shop', {
      groups: ['people', 'sales'],
      userLimits: { concurrency: 2 },
      tokenIssuers: [{ issuer, audience: ['shop', 'shop-2'], keys: [publicKey], ...trust }],
    }),
  ])
  const keysOf = () => () => Promise.reject(new Error('never asked'))
  return verifyToken(await token, { snapshot, keysOf, now: at })
}

test('a token stands for the person it names, with no more rights than the consumer has', async () => {
  const { asker, limits, consumer } = await caller(sign())
  expect([consumer, asker]).toEqual(['shop', { consumer: 'shop', user: 'mara', principals: ['user:mara', 'group:people', 'everyone'] }])
  expect(limits.map(({ id }) => id)).toEqual(['default/consumer:shop/user:mara/concurrency'])
})

test('a person can be named by e-mail, whatever its case, but not by one that is unverified or has two owners', async () => {
  const trust = { person: { claim: 'email', attribute: 'email' } }
  expect((await caller(sign({ email: 'MARA@company.example' }), trust)).asker.user).toBe('mara')
  for (const claims of [
    { email: 'mara@company.example', email_verified: false },
    { email: 'twin@company.example' },
    { email: ['mara@company.example'] },
  ])
    await expect(caller(sign(claims), trust)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('groups of the token count where the consumer has them too', async () => {
  const groups = { claim: 'roles', names: { 'Sales EU': 'sales', Admins: 'finance' } }
  const { asker } = await caller(sign({ roles: ['Sales EU', 'Admins', 'constructor'] }), { ...person, groups })
  expect(asker.principals).toEqual(['user:mara', 'group:people', 'everyone', 'group:sales'])
  const program = await caller(sign({ sub: 'client-7', roles: 'sales' }), { groups: { claim: 'roles' } })
  expect([program.asker, program.groups]).toEqual([
    { consumer: 'shop', principals: ['consumer:shop', 'group:sales', 'everyone'] },
    ['sales'],
  ])
  expect((await caller(sign({ sub: 'client-7' }), { groups: { claim: 'roles' } })).asker.principals).toEqual(['consumer:shop', 'everyone'])
  expect((await caller(sign({ sub: 'client-7' }), {})).asker.principals).toEqual([
    'consumer:shop',
    'group:people',
    'group:sales',
    'everyone',
  ])
})

test.each([
  ['another issuer', { iss: 'https://elsewhere.example' }, 'claim "iss"'],
  ['no issuer', { iss: undefined }, 'claim "iss"'],
  ['another audience', { aud: 'else' }, 'claim "aud"'],
  ['no audience', { aud: undefined }, 'claim "aud"'],
  ['an expired one', { exp: seconds - 31 }, 'has expired'],
  ['one of the future', { nbf: seconds + 31 }, '"nbf"'],
  ['nobody we know', { sub: 'nobody' }, 'names nobody'],
  ['a disabled person', { sub: 'gone' }, 'names nobody'],
  ['a name that leads elsewhere', { sub: '../default/mara' }, 'names nobody'],
  ['no person', { sub: undefined }, 'names nobody'],
] as [string, JWTPayload, string][])('a token of %s is refused', async (_, claims, words) => {
  await expect(caller(sign(claims))).rejects.toMatchObject({ code: 'unauthorized', message: expect.stringContaining(words) })
})

test('a clock may differ by the skew, and a token without an end is refused', async () => {
  expect((await caller(sign({ exp: seconds - 29 }))).consumer).toBe('shop')
  await expect(caller(sign({}, { times: false }))).rejects.toMatchObject({ message: expect.stringContaining('"exp"') })
})

test('a foreign key, another key id, no signature and a public key used as a secret are refused', async () => {
  await expect(caller(sign({}, { key: other }))).rejects.toMatchObject({ message: expect.stringContaining('signature does not fit') })
  await expect(caller(sign({}, { kid: 'k2' }))).rejects.toMatchObject({ message: expect.stringContaining('no key') })
  const [, payload, signature] = (await sign()).split('.')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  await expect(caller(`${part({ alg: 'none' })}.${payload}.${signature}`)).rejects.toMatchObject({
    message: expect.stringContaining('allowed: RS256, ES256'),
  })
  const secret = new TextEncoder().encode(JSON.stringify(publicKey))
  await expect(caller(sign({}, { alg: 'HS256', key: secret }))).rejects.toMatchObject({ message: expect.stringContaining('algorithm') })
  await expect(caller(sign(), { ...person, algorithms: ['RS256'] })).rejects.toMatchObject({
    message: expect.stringContaining('algorithm'),
  })
})

test('a token is told from an API key by its form', async () => {
  expect(looksLikeToken(await sign())).toBe(true)
  for (const text of ['gh-key', 'eyJ.a', 'eyJ.a.b.c', 'eyJh.a b.c', 'a.b.c', '']) expect(looksLikeToken(text)).toBe(false)
})

test('an issuer with both or neither of address and keys, with private keys, or of two consumers, is no configuration', async () => {
  const compiled = (...lists: object[]) =>
    snapshotOf(lists.map((trust, at) => resource('Consumer', `c${at}`, { tokenIssuers: [{ issuer, audience: ['a'], ...trust }] })))
  const keys = [publicKey]
  for (const wrong of [
    {},
    { keys, jwksUrl: 'https://login.example/keys' },
    { keys: [{ kty: 'oct', k: 'AAAA' }] },
    { keys: [{ ...publicKey, d: 'AAAA' }] },
  ])
    await expect(compiled(wrong)).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(compiled({ keys }, { keys })).rejects.toMatchObject({
    details: { problems: [{ path: 'Consumer/c1 spec.tokenIssuers.0.audience' }] },
  })
})
