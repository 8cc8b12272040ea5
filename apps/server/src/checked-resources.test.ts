import type { Resource } from '@gatehouse/contracts'
import { AppError, type Resources } from '@gatehouse/kernel'
import { beforeEach, expect, test } from 'vitest'
import { checkedResources } from './checked-resources.ts'

const named = (kind: string, name: string, spec: object = {}) =>
  ({
    ...{ kind, name, spec, project: 'default', managedBy: 'console' },
    ...{ id: name, version: 1, createdAt: 1, updatedAt: 1 },
  }) as Resource
let kept: Resource[]
let changes: string[]
beforeEach(() => {
  kept = [named('Route', 'assistant', { consumers: ['spy'] }), named('Consumer', 'spy'), named('Consumer', 'other')]
  changes = []
})
/** A route's consumers exist, as in the server's own compilation. */
const compile = async (all: readonly Resource[]) => {
  const consumers = all.filter(({ kind }) => kind === 'Consumer').map(({ name }) => name)
  for (const { kind, spec } of all)
    for (const name of kind === 'Route' ? (spec as { consumers: string[] }).consumers : [])
      if (!consumers.includes(name)) throw new AppError('invalid_request', `there is no consumer "${name}"`)
}
const store = {
  list: async (kind: string) => kept.filter((each) => each.kind === kind),
  put: async ({ name }: { name: string }) => void changes.push(`put ${name}`),
  remove: async (_kind: string, _project: string, name: string) => {
    changes.push(`remove ${name}`)
    return true
  },
} as unknown as Resources // what is asked of it here
const resources = checkedResources(store, compile, async () => void changes.push('in force'))
const routeFor = (...consumers: string[]) =>
  resources.put({ kind: 'Route', project: 'default', name: 'assistant', spec: { consumers } as never, managedBy: 'console' }, 'user:una')

test('what the configuration needs is not removed: later revocations would not be in force', async () => {
  await expect(resources.remove('Consumer', 'default', 'spy', 'user:una')).rejects.toMatchObject({
    code: 'conflict',
    message: 'this is refused, because then there is no consumer "spy"',
  })
  await expect(routeFor('nobody')).rejects.toMatchObject({ code: 'conflict' })
  expect(changes).toEqual([])
})

test('what keeps it in order is done, and in force when it is acknowledged', async () => {
  await resources.remove('Consumer', 'default', 'other', 'user:una')
  await routeFor('spy')
  expect(changes).toEqual(['remove other', 'in force', 'put assistant', 'in force'])
})

test('one that is broken already is mended step by step', async () => {
  kept = [named('Route', 'assistant', { consumers: ['gone', 'lost'] })]
  await routeFor('gone')
  expect(changes).toEqual(['put assistant', 'in force'])
})
