import type { Resource } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import type { Compiled } from './live-configuration.ts'
import { withoutRevoked } from './without-revoked.ts'

const entry = (consumer: string, groups: string[] = []) => ({ project: 'default', consumer, groups })
// what is read of them here
const good = {
  snapshot: {
    keys: new Map([
      ['aa', entry('kept')],
      ['bb', entry('kept')],
      ['cc', entry('gone')],
      ['dd', entry('left', ['people'])],
      ['ee', entry('declared')],
    ]),
    signingKeys: new Map([
      ['ak-1', { entry: entry('kept') }],
      ['ak-2', { entry: entry('kept') }],
    ]),
    tokenIssuers: new Map([['https://id.example', [{ entry: entry('kept') }, { entry: entry('gone') }]]]),
    consumers: new Map([
      ['default/kept', {}],
      ['default/gone', {}],
    ] as const),
    users: new Map([['default/una', { groups: ['people'] }]]),
  },
} as unknown as Compiled
const resource = (kind: string, name: string, spec: object) => ({ kind, name, project: 'default', spec }) as unknown as Resource
const consumer = (name: string, spec: object) =>
  resource('Consumer', name, { groups: [], keys: [], signingKeys: [], tokenIssuers: [], ...spec })

test('what was revoked opens nothing, also while the newest configuration is not in order', () => {
  const { snapshot } = withoutRevoked(good, [
    consumer('kept', { keys: [{ hash: 'aa' }], signingKeys: [{ accessKey: 'ak-1' }], tokenIssuers: [{ issuer: 'https://id.example' }] }),
    consumer('left', { keys: [{ hash: 'dd' }] }),
    consumer('declared', { keys: [{ secret: 'env:KEY' }] }),
    consumer('new', { keys: [{ hash: 'ff' }] }),
    resource('User', 'una', { groups: [] }),
  ])
  expect([...snapshot.keys.keys()]).toEqual(['aa', 'ee'])
  expect([...snapshot.signingKeys.keys()]).toEqual(['ak-1'])
  expect(snapshot.tokenIssuers.get('https://id.example')).toEqual([{ entry: entry('kept') }])
  expect([...snapshot.consumers.keys()]).toEqual(['default/kept'])
  expect(snapshot.users.get('default/una')).toEqual({ groups: [] })
})
