import { expect, test } from 'vitest'
import { createHouse } from '../testing/house.ts'

const reason = encodeURIComponent('audit of the salaries')

test('documents that the operator may not read are listed without a name', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const { json, text } = await house.ask('GET', '/bases/handbook/documents', { session })
  expect(json.total).toBe(2)
  expect(json.items).toMatchObject([
    { id: 'open', readable: true, title: 'Opening hours' },
    { id: 'secret', readable: false, access: ['group:people'] },
  ])
  expect(text).not.toContain('Salary')
  expect((await house.ask('GET', '/documents/secret', { session })).text).not.toContain('Salary')
})

test('a keyword finds only what the operator may read', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  expect((await house.ask('GET', '/bases/handbook/documents?keyword=Salary', { session })).json).toMatchObject({ items: [], total: 0 })
  expect((await house.ask('GET', '/bases/handbook/documents?keyword=Opening', { session })).json.total).toBe(1)
})

test('with a reason an owner sees all names, and the audit says so', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const { json } = await house.ask('GET', `/bases/handbook/documents?reason=${reason}`, { session })
  expect(json.items[1]).toMatchObject({ readable: true, title: 'Salary table' })
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({
    action: 'content.read',
    actor: 'user:owner',
    details: { reason: 'audit of the salaries' },
  })
})

test('text and segments of a closed document need a reason, and a builder has none to give', async () => {
  const house = await createHouse()
  const owner = await house.signIn('owner')
  const builder = await house.signIn('builder')
  for (const path of ['/documents/secret/text', '/documents/secret/segments']) {
    const refused = await house.ask('GET', path, { session: owner })
    expect([refused.status, refused.json.details]).toEqual([403, { needsReason: true }])
    expect((await house.ask('GET', `${path}?reason=${reason}`, { session: owner })).text).toContain('the text of secret')
    expect((await house.ask('GET', `${path}?reason=${reason}`, { session: builder })).status).toBe(403)
    expect((await house.ask('GET', path.replace('secret', 'open'), { session: builder })).text).toContain('the text of open')
  }
})

test('a builder cannot open a closed document for himself; an admin can, and the audit shows before and after', async () => {
  const house = await createHouse()
  const body = { access: ['user:builder'] }
  expect((await house.ask('PATCH', '/documents/secret', { session: await house.signIn('builder'), body })).status).toBe(403)
  expect((await house.ask('PATCH', '/documents/secret', { session: await house.signIn('admin'), body })).json.access).toEqual([
    'user:builder',
  ])
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({
    action: 'document.access',
    details: { before: ['group:people'], after: ['user:builder'] },
  })
})

test('a file is uploaded as it is, with the access it names', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  const body = new TextEncoder().encode('# Lunch\n\nAt noon.')
  const { status, json } = await house.ask('POST', '/bases/handbook/documents?name=lunch.md&access=everyone,group:sales', { session, body })
  expect([status, json.name, json.access, json.bytes]).toEqual([202, 'lunch.md', ['everyone', 'group:sales'], body.length])
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({ action: 'document.create', actor: 'user:builder' })
  expect((await house.ask('POST', '/bases/handbook/documents?name=x.md&access=everybody', { session, body })).status).toBe(400)
  expect((await house.ask('POST', '/bases/handbook/documents?name=x.md', { session, body: new Uint8Array() })).status).toBe(400)
})

test('a removed document is gone with its text, and the audit names it', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  expect((await house.ask('DELETE', '/documents/open', { session })).status).toBe(204)
  expect((await house.ask('GET', '/documents/open', { session })).status).toBe(404)
  expect(await house.store.blobs.get('documents/open/1/text')).toBeUndefined()
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({ action: 'document.remove', object: 'document/open' })
})

test('a quarantined segment is released once, with a reason', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  const segments = await house.ask('GET', '/documents/open/segments', { session })
  expect(segments.json.items.map(({ quarantine }: { quarantine?: unknown }) => quarantine)).toEqual([
    undefined,
    { rule: 'injection.override', score: 1 },
  ])
  const body = { reason: 'quotes an attack as an example' }
  expect((await house.ask('POST', '/segments/s-bad/release', { session, body })).json.quarantine).toBeUndefined()
  expect(house.store.held.segmentMap.get('s-bad')?.quarantine).toBeUndefined()
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({
    action: 'segment.release',
    object: 'segment/s-bad',
    details: { ...body, rule: 'injection.override' },
  })
  expect((await house.ask('POST', '/segments/s-bad/release', { session, body })).status).toBe(409)
})

test('the retrieval test as another person finds what they would, and shows the operator only what both may read', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const own = await house.ask('POST', '/bases/handbook/search', { session, body: { query: 'salary' } })
  expect(own.json).toMatchObject({ asUser: 'owner', withheld: 1, nearest: ['Opening hours'], used: [{ n: 1, scores: { words: 0.4 } }] })
  const count = house.store.held.auditRecords.length
  const other = await house.ask('POST', '/bases/handbook/search', { session, body: { query: 'salary', asUser: 'pia' } })
  expect(other.json).toMatchObject({ asUser: 'pia', withheld: 0, principals: ['user:pia', 'group:people', 'everyone'], nearest: [] })
  expect(other.json.used).toMatchObject([{ passage: { title: 'Opening hours' } }, { passage: { readable: false } }])
  expect(other.text).not.toContain('Salary')
  expect(house.store.held.auditRecords.slice(count)).toMatchObject([
    { action: 'retrieval.act-as', actor: 'user:owner', details: { asUser: 'pia' } },
  ])
  const body = { query: 'salary', asUser: 'pia', reason: 'pia reports a wrong answer' }
  expect((await house.ask('POST', '/bases/handbook/search', { session, body })).json.used[1].passage.title).toBe('Salary table')
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({ action: 'content.read', details: { asUser: 'pia', reason: body.reason } })
  expect((await house.ask('POST', '/bases/handbook/search', { session: await house.signIn('builder'), body })).status).toBe(403)
})

test('a knowledge base is made, changed under its version, and removed with its documents', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  expect(
    (await house.ask('POST', '/bases', { session, body: { name: 'manuals', access: ['everyone'], retrieval: { topK: 9 } } })).json,
  ).toMatchObject({ name: 'manuals', retrieval: { topK: 9, threshold: 0 } })
  expect((await house.ask('POST', '/bases', { session, body: { name: 'manuals' } })).status).toBe(409)
  expect((await house.ask('PATCH', '/bases/manuals', { session, body: { title: 'Manuals', version: 7 } })).status).toBe(409)
  expect((await house.ask('PATCH', '/bases/manuals', { session, body: { title: 'Manuals', version: 1 } })).json).toMatchObject({
    title: 'Manuals',
    access: ['everyone'],
    version: 2,
  })
  expect((await house.ask('DELETE', '/bases/handbook', { session })).status).toBe(204)
  expect(house.store.held.documentMap.has('open')).toBe(false)
})
