import { type JWTPayload, SignJWT } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { Snapshot } from '../snapshot.ts'
import { speakFor } from './assertions.ts'
import { createMemoryNonces } from './memory-nonces.ts'
import { resource, snapshotOf } from './test-snapshot.ts'

const now = Date.UTC(2026, 10, 22, 6)
const seconds = now / 1000
let snapshot: Snapshot
beforeAll(async () => {
  const keyOf = (accessKey: string, ...secrets: object[]) => ({ accessKey, secrets })
  snapshot = await snapshotOf([
    resource('User', 'mara', { groups: ['people', 'finance'] }),
    resource('User', 'tom', {}),
    resource('User', 'gone', { disabled: true }),
    resource('User', 'boss', { roles: ['admin'] }),
    resource('Consumer', 'portal', {
      groups: ['people'],
      maySpeakFor: ['mara', 'boss', 'gone', 'nobody'],
      userLimits: { concurrency: 1 },
      signingKeys: [keyOf('portal-1', { secret: 'env:NEW' }, { secret: 'env:OLD', expiresAt: new Date(now + 1000).toISOString() })],
    }),
    resource('Consumer', 'all', { maySpeakFor: ['*'], signingKeys: [keyOf('all-1', { secret: 'env:ALL' })] }),
  ])
})

const sign = (claims: JWTPayload = {}, { secret = 'NEW', kid = 'portal-1', alg = 'HS256' } = {}) =>
  new SignJWT({ sub: 'mara', aud: 'gatehouse', iat: seconds, exp: seconds + 120, jti: 'j1', ...claims })
    .setProtectedHeader({ alg, kid })
    .sign(new TextEncoder().encode(secret))
const nonces = () => createMemoryNonces({ since: 0 })
const speak = async (assertion: string | Promise<string>, { consumer = 'portal-1', memory = nonces(), at = now } = {}) =>
  speakFor(await assertion, snapshot.signingKeys.get(consumer)!.entry, { snapshot, nonces: memory, now: at })

test('a consumer speaks for a person with the rights both have, under the person’s own limits', async () => {
  const { asker, limits } = await speak(sign())
  expect(asker).toEqual({ consumer: 'portal', user: 'mara', principals: ['user:mara', 'group:people', 'everyone'] })
  expect(limits.map(({ id }) => id)).toEqual(['default/consumer:portal/user:mara/concurrency'])
})

test('never for an administrator, a stranger, somebody disabled or not named; one answer for all of them', async () => {
  const answers = await Promise.all(
    ['boss', 'nobody', 'gone', 'tom'].map((sub) =>
      speak(sign({ sub })).catch((error: Error & { code: string }) => `${error.code} ${error.message}`),
    ),
  )
  expect(new Set(answers).size).toBe(1)
  expect(answers[0]).toContain('forbidden')
  const everybody = (sub: string) => speak(sign({ sub }, { secret: 'ALL', kid: 'all-1' }), { consumer: 'all-1' })
  expect((await everybody('tom')).asker.user).toBe('tom')
  await expect(everybody('boss')).rejects.toMatchObject({ code: 'forbidden' })
})

test('it serves once', async () => {
  const memory = nonces()
  const assertion = await sign()
  await speak(assertion, { memory })
  await expect(speak(assertion, { memory })).rejects.toMatchObject({ message: expect.stringContaining('used before') })
  await expect(speak(sign({ exp: seconds + 60 }), { memory })).rejects.toMatchObject({ message: expect.stringContaining('used before') })
})

test('both secrets of a pair sign, until the old one ends', async () => {
  expect((await speak(sign({}, { secret: 'OLD' }))).asker.user).toBe('mara')
  await expect(speak(sign({}, { secret: 'OLD' }), { at: now + 1000 })).rejects.toMatchObject({ code: 'unauthorized' })
})

test.each([
  ['a wrong secret', {}, { secret: 'GUESSED' }],
  ['another consumer’s key', {}, { secret: 'ALL', kid: 'all-1' }],
  ['an unknown key', {}, { kid: 'portal-2' }],
  ['another audience', { aud: 'elsewhere' }, {}],
  ['more than five minutes', { exp: seconds + 301 }, {}],
  ['a time that is over', { iat: seconds - 200, exp: seconds - 31 }, {}],
  ['a start in the future', { iat: seconds + 60, exp: seconds + 120 }, {}],
  ['no id', { jti: undefined }, {}],
  ['an id without end', { jti: 'x'.repeat(129) }, {}],
  ['no person', { sub: undefined }, {}],
] as [string, JWTPayload, object][])('an assertion with %s is refused', async (_, claims, how) => {
  await expect(speak(sign(claims, how))).rejects.toMatchObject({ code: 'unauthorized' })
})

test('one without a signature, and one that is none, are refused', async () => {
  const [, payload] = (await sign()).split('.')
  const head = Buffer.from(JSON.stringify({ alg: 'none', kid: 'portal-1' })).toString('base64url')
  for (const assertion of [`${head}.${payload}.`, 'nonsense', ''])
    await expect(speak(assertion)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('one from before the start is refused: its id may have been used', async () => {
  const memory = createMemoryNonces({ since: now + 31_000 })
  await expect(speak(sign(), { memory })).rejects.toMatchObject({ message: expect.stringContaining('before this server started') })
})
