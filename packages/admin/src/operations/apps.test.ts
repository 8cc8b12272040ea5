import { expect, test } from 'vitest'
import { createHouse } from '../testing/house.ts'

test('an app searches the knowledge bases that were chosen for its step; the rest of its graph stays', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  const body = { title: 'Help', knowledge: { find: ['handbook'] }, suggestions: ['When do you open?'] }
  const { status, json } = await house.ask('PATCH', '/apps/support', { session, body })
  expect([status, json.title, json.managedBy]).toEqual([200, 'Help', 'console'])
  expect(json.spec).toMatchObject({ suggestions: body.suggestions, graph: { edges: [{ from: 'start', to: 'find' }] } })
  expect(json.spec.graph.nodes.map(({ config }: { config: object }) => config)).toEqual([{}, { datasets: ['handbook'] }])
  expect(house.store.held.auditRecords.at(-1)).toMatchObject({ actor: 'user:builder', object: 'App/support' })
})

test('a knowledge base that does not exist is refused with the nearest name, and so is a step that does not search', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  const ask = (knowledge: object) => house.ask('PATCH', '/apps/support', { session, body: { knowledge } })
  const wrong = await ask({ find: ['handbok'] })
  expect([wrong.status, wrong.json.message]).toEqual([400, 'there is no knowledge base "handbok" (handbook?)'])
  // a base of another project does not exist
  expect((await ask({ find: ['elsewhere'] })).status).toBe(400)
  expect((await ask({ start: ['handbook'] })).status).toBe(404)
  expect((await house.ask('GET', '/apps/support', { session })).json.version).toBe(1)
})

test('nobody who does not exist is given an app, and a change of an older version is a conflict', async () => {
  const house = await createHouse()
  const session = await house.signIn('builder')
  const ask = (body: object) => house.ask('PATCH', '/apps/support', { session, body })
  expect((await ask({ access: ['group:peple'] })).json.details).toEqual({ principal: 'group:peple', near: 'group:people' })
  expect((await ask({ access: ['group:people'], version: 1 })).status).toBe(200)
  expect((await ask({ access: ['everyone'], version: 1 })).status).toBe(409)
})
