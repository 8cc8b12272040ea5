import { expect, test } from 'vitest'
import { compileAddressRules } from './address-rules.ts'
import { resource, route, snapshotOf } from './test-snapshot.ts'

const problemsOf = (...resources: Parameters<typeof snapshotOf>[0][number][]) =>
  snapshotOf(resources).then(
    () => [],
    (error: { details: { problems: { path: string; message: string }[] } }) => error.details.problems.map(({ path }) => path),
  )
const pair = (accessKey: string) => ({ accessKey, secrets: [{ secret: 'env:SECRET' }] })

test('signing keys are found by their access key, with secrets, times and what their consumer may do', async () => {
  const expiresAt = '2030-01-01T00:00:00Z'
  const spec = { groups: ['people'], signingKeys: [{ ...pair('ak-1'), expiresAt, clockWindow: 60 }], addresses: { allow: ['10.0.0.0/8'] } }
  const key = (await snapshotOf([resource('Consumer', 'shop', spec)])).signingKeys.get('ak-1')
  expect(key).toMatchObject({
    ...{ secrets: [{ secret: 'SECRET' }], clockWindow: 60_000, expiresAt: Date.parse(expiresAt), allowSha1: false },
    entry: { consumer: 'shop', kind: 'model', label: 'ak-1', asker: { principals: ['consumer:shop', 'group:people', 'everyone'] } },
  })
  expect(['10.2.3.4', '11.0.0.1'].map((address) => key?.entry.mayCallFrom?.(address))).toEqual([true, false])
})

test('one access key is one consumer’s, also across projects', async () => {
  const consumers = ['default', 'other'].map((project) => resource('Consumer', 'shop', { signingKeys: [pair('ak-1')] }, project))
  expect(await problemsOf(...consumers)).toEqual(['Consumer/shop spec.signingKeys.0.accessKey'])
})

test('no route takes callers without a credential unless it says so, and a prefix does so for one project only', async () => {
  expect((await snapshotOf([route('closed', ['*'])])).anonymous.size).toBe(0)
  const open = (project: string, prefix: string) => route('open', ['*'], { anonymous: true, prefix }, project)
  const { anonymous } = await snapshotOf([open('default', ''), open('other', '/other')])
  expect([...anonymous].map(([prefix, { project, asker }]) => [prefix, project, asker])).toEqual([
    ['', 'default', { consumer: 'anonymous', principals: ['public'] }],
    ['/other', 'other', { consumer: 'anonymous', principals: ['public'] }],
  ])
  expect(await problemsOf(open('default', ''), open('other', ''))).toEqual(['Route/open spec.anonymous'])
})

test('whoever has no credential has no credentials', async () => {
  expect(await problemsOf(resource('Consumer', 'anonymous', { limits: { concurrency: 1 } }))).toEqual([])
  expect(await problemsOf(resource('Consumer', 'anonymous', { keys: [{ secret: 'env:KEY' }] }))).toEqual(['Consumer/anonymous'])
})

test.each([
  [
    { allow: [], deny: ['192.0.2.0/24'] },
    { '192.0.2.9': false, '192.0.3.9': true, '2001:db8::1': true, unknown: false },
  ],
  [
    { allow: ['192.0.2.0/24', '2001:db8::/32'], deny: ['192.0.2.7'] },
    { '192.0.2.7': false, '192.0.2.8': true, '2001:db8:1::1': true, '2001:db9::1': false },
  ],
  [
    { allow: ['::1'], deny: [] },
    { '::1': true, '127.0.0.1': false, '': false },
  ],
])('rules %o let in what they say', (rules, expected) => {
  const mayCallFrom = compileAddressRules(rules)!
  expect(Object.fromEntries(Object.keys(expected).map((address) => [address, mayCallFrom(address)]))).toEqual(expected)
})
