import { hash } from 'node:crypto'
import { type Kind, type PolicySpec, type Resource, specs } from '@gatehouse/contracts'
import { AppError, defineProvider, type ProviderDefinition, Registry } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { KeyHashes } from './identity.ts'
import { type CompileTools, compile } from './snapshot.ts'

const fake = defineProvider({
  id: 'provider.fake',
  title: 'Fake',
  summary: 'For tests.',
  config: z.strictObject({ baseUrl: z.string() }),
  create: () => ({ dialect: 'openai-chat', chat: () => Promise.reject(new Error('never called')) }),
})
const tools: CompileTools = {
  providers: new Registry<ProviderDefinition>([fake]),
  bindPolicy: (id: string, spec: PolicySpec) => ({ id, spec, stages: {} }),
  resolveSecret: async (reference: string) => {
    if (reference === 'env:MISSING') throw new AppError('invalid_request', 'the secret env:MISSING is empty or missing')
    return `value of ${reference}`
  },
}
const resource = (kind: Kind, name: string, spec: unknown): Resource => ({
  id: name,
  kind,
  project: 'default',
  name,
  managedBy: 'file',
  version: 3,
  createdAt: 0,
  updatedAt: 0,
  spec: specs[kind].parse(spec) as Resource['spec'],
})
const vendor = resource('Provider', 'vendor', { use: 'provider.fake', config: { baseUrl: 'x' } })
const route = (name: string, models: string[], more: object = {}) =>
  resource('Route', name, { models, targets: [{ provider: 'vendor' }], ...more })

test('exact names come first, then the longest prefix, then the declared order, under their own path prefix', async () => {
  const snapshot = await compile(
    [
      vendor,
      route('all', ['*']),
      route('first', ['gpt-*', 'small']),
      route('second', ['gpt-*']),
      route('longer', ['gpt-4*']),
      route('exact', ['gpt-4o']),
      route('team', ['small'], { prefix: '/team' }),
    ],
    tools,
  )
  const find = (model: string, prefix = '') => snapshot.routesOf('default').find(prefix, model)?.name
  expect(['gpt-4o', 'gpt-4.1', 'gpt-3', 'small', 'other'].map((model) => find(model))).toEqual(['exact', 'longer', 'first', 'first', 'all'])
  expect([find('small', '/team'), find('gpt-4o', '/team'), snapshot.routesOf('elsewhere').find('', 'small')]).toEqual([
    'team',
    undefined,
    undefined,
  ])
})

test('every mistake is named at once, with its path and the nearest right name', async () => {
  const compiled = compile(
    [
      vendor,
      resource('Provider', 'broken', { use: 'provider.fak', config: {} }),
      resource('Provider', 'typo', { use: 'provider.fake', config: { baseUrll: 'x' } }),
      route('astray', ['a*b', 'app/x'], { targets: [{ provider: 'vendr' }], policy: 'defalt', consumers: ['tsts'], prefix: '/chat/x' }),
      resource('Consumer', 'tests', { keys: [{}, { secret: 'env:MISSING' }] }),
    ],
    tools,
  )
  const error = (await compiled.catch((thrown: unknown) => thrown)) as AppError
  expect(error.code).toBe('invalid_request')
  const problems = error.details.problems as { path: string; message: string }[]
  const said = problems.map(({ path, message }) => `${path}: ${message}`)
  for (const part of [
    'Provider/broken spec.use: no component provider.fak; did you mean provider.fake?',
    'Provider/typo spec.config: unknown field "baseUrll"; did you mean "baseUrl"?',
    'Route/astray spec.targets.0.provider: there is no provider "vendr"; did you mean "vendor"?',
    'Route/astray spec.policy: there is no policy "defalt"; did you mean "default"?',
    'Route/astray spec.consumers.0: there is no consumer or group "tsts"; did you mean "tests"?',
    'Route/astray spec.prefix: /chat is reserved',
    'Route/astray spec.models.0: a * may stand at the end only',
    'Route/astray spec.models.1: names that begin with app/ are for apps',
    'Consumer/tests spec.keys.0: a key needs a secret reference or a hash',
    'Consumer/tests spec.keys.1.secret: the secret env:MISSING is empty or missing',
  ])
    expect(said.join('\n')).toContain(part)
})

test('keys are known by hash only, belong to their consumer, and every project has a default policy', async () => {
  const digest = hash('sha256', 'gh-known', 'hex')
  const snapshot = await compile(
    [
      resource('Consumer', 'tests', {
        groups: ['people'],
        keys: [
          { hash: digest, prefix: 'gh-kn' },
          { secret: 'env:KEY', kind: 'dataset' },
        ],
        limits: { requestsPerMinute: 5 },
      }),
      resource('Group', 'people', {}),
    ],
    tools,
  )
  const entry = new KeyHashes().entryOf('gh-known', snapshot)
  expect(entry).toMatchObject({
    consumer: 'tests',
    kind: 'model',
    label: 'gh-kn',
    asker: { principals: ['consumer:tests', 'group:people', 'everyone'] },
  })
  expect(entry!.limits).toEqual([{ id: 'default/consumer:tests/requests', unit: 'requests', most: 5, window: 60_000 }])
  expect(new KeyHashes().entryOf('value of env:KEY', snapshot)).toMatchObject({ kind: 'dataset' })
  expect(new KeyHashes().entryOf(digest, snapshot)).toBeUndefined()
  expect(snapshot.policyOf('anywhere', 'default').id).toBe('default@0')
  expect(JSON.stringify([...snapshot.keys])).not.toContain('gh-known')
})

test('the memory of hashed keys is bounded in bytes and holds known keys only', async () => {
  const keys = Array.from({ length: 50 }, (_, at) => `gh-${at}`)
  const snapshot = await compile(
    [resource('Consumer', 'tests', { keys: keys.map((key) => ({ hash: hash('sha256', key, 'hex') })) })],
    tools,
  )
  const hashes = new KeyHashes(2000)
  for (const key of [...keys, ...keys]) expect(hashes.entryOf(key, snapshot)).toBeDefined()
  expect(hashes.entryOf('gh-stranger', snapshot)).toBeUndefined()
})

test('each signed-in person has accounts of their own beside those of the consumer', async () => {
  const chat = resource('Consumer', 'chat', { limits: { requestsPerMinute: 100 }, userLimits: { requestsPerMinute: 5, concurrency: 2 } })
  const { limitsOf } = await compile([chat, resource('Consumer', 'shop', { limits: { concurrency: 3 } })], tools)
  const told = (consumer: string, user?: string) => limitsOf('default', consumer, user).map(({ id, most }) => `${id} ${most}`)
  expect(told('chat', 'mara')).toEqual([
    'default/consumer:chat/user:mara/requests 5',
    'default/consumer:chat/user:mara/concurrency 2',
    'default/consumer:chat/requests 100',
  ])
  expect(told('chat')).toEqual(['default/consumer:chat/requests 100'])
  expect(told('shop', 'mara')).toEqual(['default/consumer:shop/concurrency 3'])
  expect(told('nobody', 'mara')).toEqual([])
})
