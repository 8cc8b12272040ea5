import { type AdminOperation, adminEndpoints, type Endpoint } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { createHouse, host, roles, sampleOf } from '../testing/house.ts'

const table = Object.entries(adminEndpoints) as [AdminOperation, Endpoint][]

test.each(['anonymous', ...roles] as const)('%s reaches exactly the operations the table allows', async (who) => {
  const wrong: string[] = []
  for (const [name, endpoint] of table) {
    const house = await createHouse()
    const session = who === 'anonymous' ? undefined : await house.signIn(who)
    const { status } = await house.ask(endpoint.method, sampleOf[name].path, session ? { session } : {})
    const allowed = endpoint.access === 'public' || (who !== 'anonymous' && endpoint.access.includes(who))
    const refused = who === 'anonymous' ? 401 : 403
    if (allowed ? status === 401 || status === 403 || status >= 500 : status !== refused) wrong.push(`${name}: ${status}`)
  }
  // reading the text of a document the auditor's office gives no right to is refused by the document, not by the office
  expect(wrong).toEqual([])
})

test('every route of the API is an operation of the table, so none is without an access entry', async () => {
  const { api } = await createHouse()
  const routes = api.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
  const listed = table.map(([, { method, path }]) => `${method} /api${path.replace(/\{(\w+)\}/g, ':$1')}`)
  expect([...new Set(routes)].sort()).toEqual([...listed, 'GET /api/openapi.json'].sort())
})

test('only signing in and the health check are open to everybody', () => {
  expect(
    table
      .filter(([, { access }]) => access === 'public')
      .map(([name]) => name)
      .sort(),
  ).toEqual(['health', 'redeemLink', 'signIn'])
})

test('an auditor reads the audit and the facts of calls, and no content or document', () => {
  const mayRead = (name: AdminOperation) =>
    adminEndpoints[name].access !== 'public' && (adminEndpoints[name].access as readonly string[]).includes('auditor')
  expect(['listAudit', 'verifyAudit', 'listCalls', 'getCall'].map((name) => mayRead(name as AdminOperation))).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(
    ['readContent', 'documentText', 'listSegments', 'searchBase', 'listDocuments'].map((name) => mayRead(name as AdminOperation)),
  ).toEqual(Array(5).fill(false))
})

test('a role that is taken away counts with the next request', async () => {
  const house = await createHouse()
  const session = await house.signIn('admin')
  expect((await house.ask('GET', '/audit', { session })).status).toBe(200)
  const { kind, project, name, spec, managedBy } = (await house.store.resources.get('User', 'default', 'admin'))!
  await house.store.resources.put({ kind, project, name, spec: { ...spec, roles: ['member'] }, managedBy }, 'system')
  expect((await house.ask('GET', '/audit', { session })).status).toBe(403)
})

test('other projects’ objects are not found', async () => {
  const house = await createHouse()
  const session = await house.signIn('owner')
  for (const path of [
    '/calls/call-other',
    '/bases/elsewhere',
    '/bases/id-of-other-elsewhere',
    '/documents/foreign',
    '/documents/foreign/text',
  ])
    expect([path, (await house.ask('GET', path, { session })).status]).toEqual([path, 404])
  const reason = 'because I want to know it'
  expect((await house.ask('POST', '/calls/call-other/content', { session, body: { reason } })).status).toBe(404)
  expect((await house.ask('POST', '/segments/s-foreign/release', { session, body: { reason } })).status).toBe(404)
})

test('the OpenAPI document is 3.1 and holds every operation with its schemas', async () => {
  const { api } = await createHouse()
  const document = (await (await api.request(`http://${host}/api/openapi.json`, { headers: { host } })).json()) as {
    openapi: string
    paths: Record<string, Record<string, { operationId: string; requestBody?: unknown }>>
    components: { schemas: Record<string, unknown> }
  }
  expect(document.openapi).toBe('3.1.0')
  const described = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
  expect(described.sort()).toEqual(table.map(([name]) => name).sort())
  expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Trace', 'ApiError', 'ConsumerView', 'Me']))
  expect(document.paths['/api/bases']?.post?.requestBody).toBeDefined()
})
