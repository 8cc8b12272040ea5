import { expect, test } from 'vitest'
import { createHouse } from '../testing/house.ts'

const masked = { readable: false }

test('the list shows calls that no other call made, with their strictest verdict and no content', async () => {
  const house = await createHouse()
  const { json, text } = await house.ask('GET', '/calls', { session: await house.signIn('auditor') })
  expect(json.items).toHaveLength(1)
  expect(json.items[0]).toMatchObject({ id: 'call-1', target: 'support', verdict: 'redact', weak: false, user: 'pia' })
  expect(text).not.toContain('what do they earn')
})

test('a trace tells layers, path, children and its place in the audit', async () => {
  const house = await createHouse()
  const { json } = await house.ask('GET', '/calls/call-1', { session: await house.signIn('owner') })
  expect(json.layers).toEqual([
    { name: 'limit', at: 10, duration: 90 },
    { name: 'guard', at: 100, duration: 900 },
    { name: 'core', at: 1000, duration: 8000 },
  ])
  expect(json.app.path).toMatchObject([
    { node: 'start', status: 'succeeded', start: 0, duration: 1 },
    { node: 'find', status: 'running', start: 1 },
  ])
  expect(json.app.graph.edges).toEqual([{ from: 'start', to: 'find' }])
  expect(json.children.map(({ id }: { id: string }) => id)).toEqual(['call-2'])
  expect(json.audit.map(({ action }: { action: string }) => action)).toEqual(['journal.bind', 'policy.flag'])
  expect(json.retrieval[0]).toMatchObject({ withheld: 3, bases: [{ name: 'handbook', title: 'Handbook' }] })
})

test('a trace shows passages by the rights of whoever looks, not of whoever asked', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  const before = await house.ask('GET', '/calls/call-1', { session })
  expect(before.json.retrieval[0].used.map(({ passage }: { passage: unknown }) => passage)).toEqual([
    expect.objectContaining({ title: 'Opening hours' }),
    masked,
  ])
  expect([before.json.citations[0].passage, before.json.retrieval[0].left[0].passage, before.json.verdicts[1].source]).toEqual([
    masked,
    masked,
    masked,
  ])
  for (const secret of ['Salary', 'the text of secret', 's-secret']) expect(before.text).not.toContain(secret)
  await house.store.documents.setAccess('secret', ['user:owner'])
  const granted = await house.ask('GET', '/calls/call-1', { session })
  expect(granted.json.citations[0].passage).toMatchObject({ readable: true, title: 'Salary table' })
  await house.store.documents.setAccess('secret', [])
  expect((await house.ask('GET', '/calls/call-1', { session })).text).not.toContain('Salary')
})

test('content is read with a reason, by an owner or admin, and the audit has it first', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  expect((await house.ask('POST', '/calls/call-1/content', { session, body: { reason: 'short' } })).status).toBe(400)
  const { json } = await house.ask('POST', '/calls/call-1/content', { session, body: { reason: 'complaint of 3 May' } })
  expect(json).toEqual({ request: 'what do they earn?', reply: 'not in your documents' })
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({
    actor: 'user:owner',
    action: 'content.read',
    object: 'call/call-1',
    trace: 'call-1',
    details: { reason: 'complaint of 3 May' },
  })
  expect((await house.ask('POST', '/calls/call-2/content', { session, body: { reason: 'complaint of 3 May' } })).status).toBe(404)
})

test('when the audit cannot be written, nothing is shown and nothing is changed', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  house.store.audit.append = async () => {
    throw new Error('disk full, key gh-secret')
  }
  const reason = 'complaint of 3 May'
  const read = await house.ask('POST', '/calls/call-1/content', { session, body: { reason } })
  expect([read.status, read.text.includes('earn')]).toEqual([500, false])
  expect((await house.ask('DELETE', '/documents/open', { session })).status).toBe(500)
  expect((await house.ask('PATCH', '/documents/open', { session, body: { access: [] } })).status).toBe(500)
  expect((await house.ask('GET', `/documents/secret/text?reason=${encodeURIComponent(reason)}`, { session })).status).toBe(500)
  expect(house.store.held.documentMap.get('open')?.principals).toEqual(['everyone'])
  expect(read.text).not.toContain('gh-secret')
  expect(house.failures).toHaveLength(4)
})
