import { expect, test } from 'vitest'
import { createHouse } from '../testing/house.ts'

test('an admin adds a person, who sets a password by an invitation', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const made = await house.ask('POST', '/users', { session, body: { name: 'kim', groups: ['sales'], email: 'kim@company.example' } })
  expect([made.status, made.json]).toEqual([201, expect.objectContaining({ roles: ['member'], hasPassword: false, groups: ['sales'] })])
  const { url } = (await house.ask('POST', '/users/kim/links', { session, body: { kind: 'invite' } })).json
  const redeemed = await house.ask('POST', '/session/redeem', { body: { link: url.split('#link=')[1] } })
  expect(redeemed.json).toMatchObject({ user: 'kim', mustSetPassword: true, principals: ['user:kim', 'group:sales', 'everyone'] })
})

test('an admin cannot become an owner, nor make, change, invite or take over one', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const tries = [
    await house.ask('PATCH', '/users/admin', { session, body: { roles: ['owner'] } }),
    await house.ask('POST', '/users', { session, body: { name: 'kim', roles: ['owner'] } }),
    await house.ask('PATCH', '/users/owner', { session, body: { disabled: true } }),
    await house.ask('DELETE', '/users/owner', { session }),
    await house.ask('POST', '/users/owner/links', { session, body: { kind: 'invite' } }),
    await house.ask('POST', '/resources/take-over', { session, body: { kind: 'User', name: 'owner' } }),
  ]
  expect(tries.map(({ status }) => status)).toEqual(Array(6).fill(403))
})

test('somebody stays owner', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  expect((await house.ask('PATCH', '/users/owner', { session, body: { roles: ['admin'] } })).status).toBe(409)
  await house.ask('PATCH', '/users/admin', { session, body: { roles: ['owner'] } })
  expect((await house.ask('PATCH', '/users/owner', { session, body: { roles: ['admin'] } })).status).toBe(200)
})

test('a disabled person is out at once, and so is a removed one', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const builder = await house.signIn('builder')
  await house.ask('PATCH', '/users/builder', { session, body: { disabled: true } })
  await house.ask('PATCH', '/users/builder', { session, body: { disabled: false } })
  expect((await house.ask('GET', '/me', { session: builder })).status).toBe(401)
  const auditor = await house.signIn('auditor')
  expect((await house.ask('DELETE', '/users/auditor', { session })).status).toBe(204)
  expect((await house.ask('GET', '/me', { session: auditor })).status).toBe(401)
  expect((await house.sessions.withPassword()).has('auditor')).toBe(false)
})

test('a group that does not exist is refused with the nearest one', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const { status, json } = await house.ask('PATCH', '/users/member', { session, body: { groups: ['peple'] } })
  expect([status, json.message]).toEqual([400, 'there is no group "peple" (people?)'])
})

test('a group lists its members and is removed only when empty', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  const { items } = (await house.ask('GET', '/groups', { session })).json
  expect(items).toMatchObject([
    { name: 'people', members: ['pia'] },
    { name: 'sales', members: [] },
  ])
  expect((await house.ask('DELETE', '/groups/people', { session })).status).toBe(409)
  expect((await house.ask('DELETE', '/groups/sales', { session })).status).toBe(204)
})

test('membership of a group that reads is in the audit with what it opens; for oneself it takes a reason', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const widened = () => house.store.held.auditRecords.filter(({ action }) => action === 'access.widen')
  await house.ask('POST', '/users', { session, body: { name: 'kim', groups: ['people'] } })
  await house.ask('PATCH', '/users/member', { session, body: { groups: ['people', 'sales'] } })
  await house.ask('PATCH', '/users/member', { session, body: { groups: ['sales'] } })
  expect(widened()).toMatchObject([
    { actor: 'user:owner', object: 'User/kim', details: { gained: ['group:people'], documents: 1, before: [] } },
    { object: 'User/member', details: { gained: ['group:people', 'group:sales'], documents: 1 } },
  ])
  const join = (body: object) => house.ask('PATCH', '/users/owner', { session, body })
  expect((await join({ groups: ['sales'] })).status).toBe(200)
  const refused = await join({ groups: ['sales', 'people'] })
  expect([refused.status, refused.json.details]).toEqual([403, { needsReason: true, documents: 1 }])
  expect((await join({ groups: ['sales', 'people'], reason: 'stands in for the personnel office' })).status).toBe(200)
  expect(widened().at(-1)).toMatchObject({
    object: 'User/owner',
    details: { gained: ['group:people'], documents: 1, reason: 'stands in for the personnel office' },
  })
})
