import { expect, test } from 'vitest'
import { createKey, hashOf, looksLikeKey } from '../keys.ts'
import { createHouse } from '../testing/house.ts'

test('a key is shown once and kept as a hash', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const made = await house.ask('POST', '/consumers/shop/keys', {
    session,
    body: { kind: 'dataset', title: 'Import', datasets: ['handbook'] },
  })
  expect(made.status).toBe(201)
  const { key, view } = made.json
  expect(key).toMatch(/^dataset-[0-9A-Za-z]{49}$/)
  expect(view).toMatchObject({ kind: 'dataset', prefix: key.slice(0, 14), datasets: ['id-of-default-handbook'], expired: false })
  const kept = (await house.store.resources.get('Consumer', 'default', 'shop'))!.spec.keys[0]!
  expect(kept.hash).toBe(hashOf(key))
  const listed = await house.ask('GET', '/consumers', { session })
  for (const text of [listed.text, JSON.stringify(kept), JSON.stringify(house.store.held.auditRecords)]) expect(text).not.toContain(key)
  expect(listed.text).not.toContain(kept.hash)
})

test('a revoked key is gone, another one stays', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const make = async () => (await house.ask('POST', '/consumers/shop/keys', { session, body: {} })).json
  const [first, second] = [await make(), await make()]
  expect((await house.ask('DELETE', `/consumers/shop/keys/${first.view.id}`, { session })).status).toBe(204)
  const { keys } = (await house.store.resources.get('Consumer', 'default', 'shop'))!.spec
  expect(keys.map(({ hash }) => hash)).toEqual([hashOf(second.key)])
  expect((await house.ask('DELETE', `/consumers/shop/keys/${first.view.id}`, { session })).status).toBe(404)
})

test('a key for an app or knowledge base that does not exist is refused', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  expect((await house.ask('POST', '/consumers/shop/keys', { session, body: { kind: 'app', apps: ['nope'] } })).status).toBe(404)
  expect((await house.ask('POST', '/consumers/shop/keys', { session, body: { kind: 'dataset', datasets: ['elsewhere'] } })).status).toBe(
    404,
  )
})

test('a consumer in a group that reads what the operator may not takes a reason, in the group and for each key', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const join = (reason?: string) =>
    house.ask('PATCH', '/consumers/shop', { session, body: { groups: ['people'], ...(reason && { reason }) } })
  const refused = await join()
  expect([refused.status, refused.json.details]).toEqual([403, { needsReason: true, documents: 1 }])
  expect((await house.store.resources.get('Consumer', 'default', 'shop'))!.spec.groups).toEqual([])
  const reason = 'the shop answers questions about pay'
  expect((await join(reason)).json.groups).toEqual(['people'])
  expect(house.store.held.auditRecords.findLast(({ action }) => action === 'access.widen')).toMatchObject({
    actor: 'user:admin',
    object: 'Consumer/shop',
    details: { gained: ['group:people'], documents: 1, before: ['consumer:shop', 'everyone'], reason },
  })
  const make = (more: object) => house.ask('POST', '/consumers/shop/keys', { session, body: more })
  for (const body of [{}, { kind: 'app', apps: ['support'] }, { kind: 'dataset' }])
    expect((await make(body)).json.details).toEqual({ needsReason: true, documents: 1 })
  expect((await make({ kind: 'dataset', verbs: ['write'] })).json.view.verbs).toEqual(['write'])
  const { status, json } = await make({ reason })
  expect(status).toBe(201)
  expect(house.store.held.auditRecords.findLast(({ action }) => action === 'access.widen')).toMatchObject({
    object: 'Consumer/shop',
    details: { key: json.view.prefix, documents: 1, reason },
  })
})

test('whoever reads the documents themselves makes such a key without a reason', async () => {
  const house = await createHouse()
  const { kind, project, name, spec, managedBy } = (await house.store.resources.get('User', 'default', 'admin'))!
  await house.store.resources.put({ kind, project, name, spec: { ...spec, groups: ['people'] }, managedBy }, 'system')
  const session = await house.signIn('admin')
  expect((await house.ask('PATCH', '/consumers/shop', { session, body: { groups: ['people'] } })).status).toBe(200)
  expect(house.store.held.auditRecords.findLast(({ action }) => action === 'access.widen')).toMatchObject({ object: 'Consumer/shop' })
  expect((await house.ask('POST', '/consumers/shop/keys', { session, body: {} })).status).toBe(201)
})

test('people a consumer may speak for must exist', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const change = (maySpeakFor: string[]) => house.ask('PATCH', '/consumers/shop', { session, body: { maySpeakFor } })
  expect((await change(['pi'])).json.message).toContain('(user:pia?)')
  expect((await change(['pia', '*'])).status).toBe(200)
})

test('an expired key says so', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const expiresAt = new Date(house.time.now + 1000).toISOString()
  await house.ask('POST', '/consumers/shop/keys', { session, body: { expiresAt } })
  const expired = async () => (await house.ask('GET', '/consumers/shop', { session })).json.keys[0].expired
  expect(await expired()).toBe(false)
  house.time.now += 1000
  expect(await expired()).toBe(true)
})

test('what a file declares is read-only until it is taken over', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const refused = await house.ask('POST', '/consumers/declared/keys', { session, body: {} })
  expect([refused.status, refused.json.details]).toEqual([409, { managedBy: 'file' }])
  expect((await house.ask('DELETE', '/consumers/declared', { session })).status).toBe(409)
  expect((await house.ask('POST', '/resources/take-over', { session, body: { kind: 'Consumer', name: 'declared' } })).json.managedBy).toBe(
    'console',
  )
  expect((await house.ask('POST', '/consumers/declared/keys', { session, body: {} })).status).toBe(201)
})

test('usage counts the calls of that consumer', async () => {
  const house = await createHouse()
  const session = await house.signIn('auditor')
  expect((await house.ask('GET', '/consumers/shop/usage', { session })).json).toMatchObject({ calls: 0, partial: false })
})

test('keys differ, carry a checksum, and a changed digit is noticed', () => {
  const { key } = createKey('model')
  expect(createKey('model').key).not.toBe(key)
  expect(looksLikeKey(key)).toBe(true)
  const swapped = key.slice(0, 10) + (key[10] === 'a' ? 'b' : 'a') + key.slice(11)
  expect(looksLikeKey(swapped)).toBe(false)
  expect(createKey('app', () => new Uint8Array(32)).key).toMatch(/^app-0{43}/)
})

test('limits of all calls together and of each person are set apart', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const body = { name: 'chat', limits: { requestsPerMinute: 100 }, userLimits: { requestsPerMinute: 5 } }
  expect((await house.ask('POST', '/consumers', { session, body })).json).toMatchObject(body)
  const changed = await house.ask('PATCH', '/consumers/chat', { session, body: { userLimits: { concurrency: 2 } } })
  expect(changed.json).toMatchObject({ limits: body.limits, userLimits: { concurrency: 2 } })
  expect(changed.json.userLimits.requestsPerMinute).toBeUndefined()
})
