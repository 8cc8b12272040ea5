import { expect, test } from 'vitest'
import { createHouse } from '../testing/house.ts'

const hour = 3_600_000
async function stage() {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const at = '/consumers/shop'
  const ask = (method: string, path: string, body?: unknown) =>
    house.ask(method, at + path, { session, ...(body !== undefined && { body }) })
  const spec = async () => (await house.store.resources.get('Consumer', 'default', 'shop'))!.spec
  return { house, ask, spec, secrets: house.store.secrets.held }
}

test('a signing secret is shown once and lies in the store of secrets, nowhere else', async () => {
  const { house, ask, spec, secrets } = await stage()
  const made = await ask('POST', '/signing-keys', { title: 'Dify', requireContentMd5: true })
  expect(made.status).toBe(201)
  const { accessKey, secret, view } = made.json
  expect([accessKey, secret]).toEqual([expect.stringMatching(/^ak-[0-9a-f]{20}$/), expect.stringMatching(/^[\w-]{43}$/)])
  expect(view).toEqual({
    accessKey,
    title: 'Dify',
    secrets: 1,
    expired: false,
    requireContentMd5: true,
    allowSha1: false,
    clockWindow: 300,
    from: 'store',
  })
  expect([...secrets.values()]).toEqual([secret])
  expect((await spec()).signingKeys[0]).toMatchObject({ accessKey, secrets: [{ secret: `store:${[...secrets.keys()][0]}` }] })
  const seen = [(await ask('GET', '')).text, JSON.stringify(await spec()), JSON.stringify(house.store.held.auditRecords)]
  for (const text of seen) expect(text).not.toContain(secret)
})

test('while a secret takes the place of another both are valid; the third goes', async () => {
  const { house, ask, spec, secrets } = await stage()
  const { accessKey } = (await ask('POST', '/signing-keys', {})).json
  const first = (await spec()).signingKeys[0]!.secrets[0]!
  const rotated = await ask('POST', `/signing-keys/${accessKey}/rotate`, { graceHours: 2 })
  const until = new Date(house.time.now + 2 * hour).toISOString()
  expect(rotated.json.view).toMatchObject({ secrets: 2, olderUntil: until })
  const second = (await spec()).signingKeys[0]!.secrets
  expect(second).toEqual([{ secret: expect.not.stringContaining(first.secret) }, { ...first, expiresAt: until }])
  await ask('POST', `/signing-keys/${accessKey}/rotate`, {})
  expect((await spec()).signingKeys[0]!.secrets.map(({ secret }) => secret)).toEqual([expect.any(String), second[0]!.secret])
  expect(secrets.size).toBe(2)
  expect((await ask('POST', `/signing-keys/${accessKey}/rotate`, { graceHours: 0 })).json.view).toMatchObject({ secrets: 1 })
  expect(secrets.size).toBe(1)
  expect((await ask('POST', '/signing-keys/ak-nobody/rotate', {})).status).toBe(404)
})

test('a revoked pair, and a removed consumer, leave no secret behind', async () => {
  const { ask, spec, secrets } = await stage()
  const { accessKey } = (await ask('POST', '/signing-keys', {})).json
  await ask('POST', '/signing-keys', {})
  expect((await ask('DELETE', `/signing-keys/${accessKey}`)).status).toBe(204)
  expect([(await spec()).signingKeys.length, secrets.size]).toEqual([1, 1])
  expect((await ask('DELETE', '')).status).toBe(204)
  expect(secrets.size).toBe(0)
})

test('a key is rotated into one that opens the same, and the old one ends after the grace', async () => {
  const { house, ask, spec } = await stage()
  const { view } = (await ask('POST', '/keys', { kind: 'dataset', title: 'Import', datasets: ['handbook'], verbs: ['write'] })).json
  const before = (await spec()).keys.at(-1)!
  const { status, json } = await ask('POST', `/keys/${view.id}/rotate`, { graceHours: 1 })
  expect([status, json.view]).toMatchObject([201, { kind: 'dataset', title: 'Import', verbs: ['write'], datasets: view.datasets }])
  expect(json.view.prefix).toBe(json.key.slice(0, 14))
  const keys = (await spec()).keys.slice(-2)
  expect(keys[1]).toEqual({ ...before, expiresAt: new Date(house.time.now + hour).toISOString() })
  expect(keys[0]!.hash).not.toBe(before.hash)
})

test('an issuer is kept as it was given; one without keys, with secret keys, or of somebody else is refused', async () => {
  const { ask, spec } = await stage()
  const issuer = { issuer: 'https://login.example', audience: ['gateway'], jwksUrl: 'https://login.example/keys', person: {} }
  const made = await ask('POST', '/token-issuers', issuer)
  expect([made.status, made.json]).toMatchObject([
    201,
    { issuer: issuer.issuer, algorithms: ['RS256', 'ES256'], person: { claim: 'sub', attribute: 'name' } },
  ])
  expect((await ask('GET', '')).json.tokenIssuers).toEqual([made.json])
  expect((await ask('POST', '/token-issuers', issuer)).status).toBe(409)
  const other = { ...issuer, audience: ['else'] }
  for (const wrong of [
    { ...other, jwksUrl: undefined },
    { ...other, jwksUrl: undefined, keys: [{ kty: 'oct', k: 'AAAA' }] },
    { ...other, algorithms: ['HS256'] },
    { ...other, jwksUrl: 'file:///keys' },
  ])
    expect((await ask('POST', '/token-issuers', wrong)).status).toBe(400)
  expect((await ask('DELETE', `/token-issuers/${made.json.id}`)).status).toBe(204)
  expect((await spec()).tokenIssuers).toEqual([])
})

test('what would let its maker read what is closed to them takes a reason: speaking for people, a key for that, an issuer of tokens for people', async () => {
  const { house, ask } = await stage()
  await house.store.documents.put({ ...(await firstDocument(house)), id: 'private', principals: ['user:pia'] })
  const reason = 'the portal asks for its own people'
  const refused = { status: 403, json: { details: { needsReason: true, documents: 1 } } }
  expect(await ask('PATCH', '', { maySpeakFor: ['pia'] })).toMatchObject(refused)
  expect((await ask('PATCH', '', { maySpeakFor: ['pia'], reason })).status).toBe(200)
  expect((await ask('PATCH', '', { maySpeakFor: ['pia'] })).status).toBe(200)
  expect(await ask('POST', '/signing-keys', {})).toMatchObject(refused)
  const { accessKey } = (await ask('POST', '/signing-keys', { reason })).json
  expect(await ask('POST', `/signing-keys/${accessKey}/rotate`, {})).toMatchObject(refused)
  const issuer = { issuer: 'https://login.example', audience: ['gateway'], jwksUrl: 'https://login.example/keys' }
  expect(await ask('POST', '/token-issuers', { ...issuer, person: {} })).toMatchObject(refused)
  expect((await ask('POST', '/token-issuers', issuer)).status).toBe(201)
  expect(house.store.secrets.held.size).toBe(1)
  const widened = house.store.held.auditRecords.filter(({ action }) => action === 'access.widen')
  expect(widened.map(({ details }) => details)).toMatchObject([
    { key: 'maySpeakFor', reason },
    { key: accessKey, reason },
  ])
})

const firstDocument = async ({ store }: Awaited<ReturnType<typeof createHouse>>) => {
  const [base] = await store.resources.list('KnowledgeBase', 'default')
  const { items } = await store.documents.list(base!.id, { limit: 1, readableBy: ['group:people', 'everyone'] })
  return items[0]!
}

test('addresses are changed as a whole, and one that is none is refused', async () => {
  const { ask } = await stage()
  const addresses = { allow: ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'], deny: ['10.1.0.0/16'] }
  expect((await ask('PATCH', '', { addresses })).json.addresses).toEqual(addresses)
  expect((await ask('PATCH', '', { title: 'Shop' })).json.addresses).toEqual(addresses)
  for (const allow of ['10.0.0.0/33', 'localhost', '10.0.0', ''])
    expect((await ask('PATCH', '', { addresses: { allow: [allow] } })).status).toBe(400)
})
