import { createAdminClient } from '@gatehouse/sdk'
import { expect, test } from 'vitest'
import { createHouse, host, passwordOf } from '../packages/admin/src/testing/house.ts'

/** The typed client against the real admin API, without a socket; keeps the cookie as a browser would. */
async function createPage() {
  const house = await createHouse()
  await house.signIn('owner')
  let cookie = ''
  const client = createAdminClient({
    base: `http://${host}`,
    fetch: async (url, init) => {
      const response = await house.api.request(url, { ...init, headers: { ...init.headers, host, cookie } })
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      return response
    },
  })
  return { client, house }
}

test('the client signs in, reads, changes, uploads and signs out', async () => {
  const { client } = await createPage()
  await expect(client.me()).rejects.toMatchObject({ code: 'unauthorized', status: 401 })
  expect((await client.signIn({ body: { user: 'owner', password: passwordOf('owner') } })).roles).toEqual(['owner'])
  expect((await client.listCalls()).items.map(({ id }) => id)).toEqual(['call-1'])
  expect((await client.getCall({ path: { call: 'call-1' } })).app?.path).toHaveLength(2)
  const { key, view } = await client.createKey({ path: { consumer: 'shop' }, body: { title: 'Till' } })
  expect(key.startsWith(view.prefix ?? '?')).toBe(true)
  await client.revokeKey({ path: { consumer: 'shop', key: view.id } })
  expect((await client.getConsumer({ path: { consumer: 'shop' } })).keys).toEqual([])
  const uploaded = await client.uploadDocument({
    path: { base: 'handbook' },
    query: { name: 'a.md', access: 'everyone' },
    body: new Blob(['# A']),
  })
  expect(uploaded).toMatchObject({ readable: true, name: 'a.md' })
  expect((await client.searchBase({ path: { base: 'handbook' }, body: { query: 'x', asUser: 'pia' } })).used).toHaveLength(2)
  await client.signOut()
  await expect(client.me()).rejects.toMatchObject({ status: 401 })
})

test('a mistyped field is named by the error the client throws', async () => {
  const { client } = await createPage()
  await client.signIn({ body: { user: 'owner', password: passwordOf('owner') } })
  const body = { name: 'g', titel: 'x' } as { name: string }
  await expect(client.createGroup({ body })).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('did you mean "title"?'),
  })
})
