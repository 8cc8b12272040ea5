import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assembly, assemble, resource } from './assembly.ts'

const question = { role: 'user', content: 'Hi' }
let house: Assembly
beforeAll(async () => {
  house = await assemble({
    resources: (upstream) => [
      resource('Provider', 'scripted', {
        use: 'provider.openai-compatible',
        config: { baseUrl: `${upstream}/v1`, omit: ['logit_bias'] },
        credentials: ['env:OLD_KEY', 'env:VENDOR_KEY'],
      }),
      resource('Route', 'all', {
        models: ['*'],
        targets: [
          {
            provider: 'scripted',
            models: { 'public-*': '*', exact: 'text', '429': '429' },
            model: 'text',
            defaults: { temperature: 0.1 },
            overrides: { seed: 7 },
            remove: ['user'],
          },
        ],
      }),
      resource('Consumer', 'tests', { keys: [{ secret: 'env:TEST_KEY' }] }),
    ],
  })
})
afterAll(() => house.close())

const sent = () => JSON.parse(house.upstream.requests.at(-1)!.body) as Record<string, unknown>

test('a target’s table, defaults, overrides and removals reach the vendor, and the trace tells what the vendor does not take', async () => {
  await (await house.chat({ model: 'public-text', messages: [question], user: 'mara', seed: 1, logit_bias: {} })).text()
  expect(sent()).toEqual({ model: 'text', messages: [question], temperature: 0.1, seed: 7, max_tokens: 4096 })
  expect(house.journal.records.at(-1)!.attempts).toMatchObject([{ model: 'text', dropped: ['logit_bias'] }])
})

test('names outside the table are sent as the target’s one model', async () => {
  await (await house.chat({ model: 'whatever', messages: [question] })).text()
  expect(sent().model).toBe('text')
})

test('the credentials of a provider are used in turns, and one that is told to slow down lets the next one try', async () => {
  const before = house.upstream.requests.length
  expect((await house.chat({ model: '429', messages: [question] })).status).toBe(429)
  const keys = house.upstream.requests.slice(before).map(({ headers }) => headers.authorization)
  expect([...keys].sort()).toEqual(['Bearer gh-old', 'Bearer vendor-secret'])
  expect(house.journal.records.at(-1)!.attempts).toHaveLength(2)
})
