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

test('a builder cannot open a closed document for himself; an admin can with a reason, and the audit shows who gained what', async () => {
  const house = await createHouse()
  const body = { access: ['user:builder'] }
  expect((await house.ask('PATCH', '/documents/secret', { session: await house.signIn('builder'), body })).status).toBe(403)
  const session = await house.signIn('admin')
  expect((await house.ask('PATCH', '/documents/secret', { session, body })).json.access).toEqual(['user:builder'])
  expect(house.store.held.auditRecords.slice(-2)).toMatchObject([
    { action: 'access.widen', actor: 'user:admin', object: 'document/secret', details: { gained: ['user:builder'], documents: 1 } },
    { action: 'document.access', details: { before: ['group:people'], after: ['user:builder'] } },
  ])
  // closed again, and opened to who opens it
  await house.ask('PATCH', '/documents/secret', { session, body: { access: ['group:people'] } })
  for (const access of [['user:admin'], ['everyone'], ['public']]) {
    const refused = await house.ask('PATCH', '/documents/secret', { session, body: { access } })
    expect([refused.status, refused.json.details]).toEqual([403, { needsReason: true, documents: 1 }])
  }
  const reason = 'pia asked me to check the table'
  expect((await house.ask('PATCH', '/documents/secret', { session, body: { access: ['user:admin'], reason } })).status).toBe(200)
  expect(house.store.held.auditRecords.at(-2)).toMatchObject({ action: 'access.widen', details: { gained: ['user:admin'], reason } })
})

test('access for somebody who does not exist is refused with the nearest name; what stands there may stay', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const wrong = await house.ask('PATCH', '/documents/open', { session, body: { access: ['group:peple'] } })
  expect([wrong.status, wrong.json.message, wrong.json.details]).toEqual([
    400,
    'nobody here is "group:peple" (group:people?): make the person, group or calling system first',
    { principal: 'group:peple', near: 'group:people' },
  ])
  const url = '/bases/handbook/documents?name=x.md&access=everyone,'
  const body = new TextEncoder().encode('text')
  expect((await house.ask('POST', `${url}user:nobody`, { session, body })).status).toBe(400)
  expect((await house.ask('POST', `${url}group:pia`, { session, body })).json.message).toContain('(user:pia?)')
  expect((await house.ask('POST', `${url}user:pia,group:sales,consumer:shop`, { session, body })).status).toBe(202)
  expect((await house.ask('POST', '/bases', { session, body: { name: 'new', access: ['group:typo'] } })).status).toBe(400)
  expect((await house.ask('PATCH', '/bases/handbook', { session, body: { access: ['consumer:shp'] } })).json.message).toContain(
    'consumer:shop',
  )
  await house.store.documents.setAccess('open', ['group:gone', 'everyone'])
  const kept = await house.ask('PATCH', '/documents/open', { session, body: { access: ['group:gone', 'everyone', 'user:pia'] } })
  expect(kept.json.access).toEqual(['group:gone', 'everyone', 'user:pia'])
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

test('a file of the same path is a new version, and of one that comes from a source or is closed it is not', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  const send = async (path: string, text: string) => {
    const url = `/bases/handbook/documents?name=a.md&access=everyone&path=${encodeURIComponent(path)}`
    const { status, json } = await house.ask('POST', url, { session, body: new TextEncoder().encode(text) })
    return [status, json.outcome ?? json.code, json.path]
  }
  expect(await send('food/a.md', 'one')).toEqual([202, 'added', 'food/a.md'])
  expect(await send('./food//a.md', 'three')).toEqual([202, 'replaced', 'food/a.md'])
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({ action: 'document.replace', object: 'document/d-a.md' })
  expect(await send('food/a.md', 'three')).toEqual([202, 'unchanged', 'food/a.md'])
  await house.store.documents.update('open', { path: 'from/source.md', createdBy: 'connector.files#0' })
  expect(await send('from/source.md', 'x')).toEqual([409, 'conflict', undefined])
  await house.store.documents.update('secret', { path: 'pay/table.md', createdBy: 'user:owner' })
  expect(await send('pay/table.md', 'x')).toEqual([202, 'added', undefined])
  expect((await house.store.documents.get('default', 'secret'))?.title).toBe('Salary table')
  // whoever brought a document may bring a newer one, also where nobody may read it
  await house.store.documents.update('secret', { createdBy: 'user:builder' })
  expect(await send('pay/table.md', 'xyz')).toEqual([202, 'replaced', 'pay/table.md'])
})

test('what is wrong with a file is said in the language of the reader', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  await house.store.documents.update('open', { status: 'error', error: { code: 'scanned', message: 'pictures only' } })
  const ask = async (language: string) =>
    (await house.ask('GET', '/documents/open', { session, headers: { 'accept-language': language } })).json.error
  expect(await ask('en')).toEqual({ code: 'scanned', message: 'pictures only' })
  expect(await ask('zh-CN')).toEqual({ code: 'scanned', message: expect.stringContaining('文字识别') })
  await house.store.documents.setAccess('open', [])
  expect(await ask('en')).toEqual({ code: 'scanned', message: expect.stringContaining('text recognition') })
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

test('how a base is searched is changed and taken away again, and a wrong value is refused', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  const change = (body: unknown) => house.ask('PATCH', '/bases/handbook', { session, body })
  const rerank = { model: 'ranks', candidates: 20, timeout: 500 }
  const set = await change({
    embedding: { model: 'embeddings', dimensions: 512 },
    retrieval: { mode: 'vectors', weights: { words: 0.8, vectors: 0.2 }, rerank },
  })
  expect(set.json).toMatchObject({ embedding: { model: 'embeddings' }, retrieval: { mode: 'vectors', rerank, topK: 5 } })
  const cleared = await change({ embedding: null, retrieval: { weights: null, rerank: null } })
  expect(cleared.json.embedding).toBeUndefined()
  expect(cleared.json.retrieval).toEqual({ topK: 5, threshold: 0, mode: 'vectors' })
  expect((await change({ retrieval: { mode: 'magic' } })).status).toBe(400)
})

test('documents and segments that somebody should look at are found apart from the rest', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const { documents } = house.store
  await documents.update('open', { quarantined: 1 })
  await documents.update('secret', { status: 'error' })
  const idsOf = async (path: string) => (await house.ask('GET', path, { session })).json.items.map(({ id }: { id: string }) => id)
  expect(await idsOf('/bases/handbook/documents?trouble=quarantine')).toEqual(['open'])
  expect(await idsOf('/bases/handbook/documents?trouble=error')).toEqual(['secret'])
  expect(await idsOf('/documents/open/segments?quarantined=true')).toEqual(['s-bad'])
  expect(await idsOf('/documents/open/segments')).toHaveLength(2)
})
