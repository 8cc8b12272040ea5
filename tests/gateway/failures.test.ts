import { AppError } from '@gatehouse/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assembly, assemble, resource, standard } from './assembly.ts'

let house: Assembly
beforeAll(async () => {
  house = await assemble()
})
afterAll(() => house.close())
const errorOf = async (response: Response) => ((await response.json()) as { error: { code: string; message: string } }).error
const messages = [{ role: 'user', content: 'Hello' }]

interface Failure {
  readonly model: string
  readonly status: number
  readonly code: string
}
const failures: readonly Failure[] = [
  { model: '500', status: 502, code: 'upstream_failed' },
  { model: '401', status: 502, code: 'upstream_failed' },
  { model: '429', status: 429, code: 'rate_limit_exceeded' },
  { model: '400', status: 400, code: 'invalid_request' },
  { model: 'stall', status: 504, code: 'timeout' },
  { model: 'reset', status: 502, code: 'upstream_failed' },
  { model: 'garbage', status: 502, code: 'upstream_failed' },
  { model: 'error-in-200', status: 502, code: 'upstream_failed' },
]
for (const { model, status, code } of failures)
  for (const stream of [false, true])
    test(`a vendor that does "${model}" gives ${status} ${code}${stream ? ', also before a stream' : ''}, settled and on record`, async () => {
      const response = await house.chat({ model, messages, stream })
      expect(response.status).toBe(status)
      const text = await response.text()
      expect(JSON.parse(text).error).toMatchObject({ code })
      expect(text).not.toMatch(/secret|4711|db-7|127\.0\.0\.1|prompt "/)
      expect(response.headers.get('x-gatehouse-trace')).toBe(house.journal.records.at(-1)!.id)
      expect(house.journal.records.at(-1)).toMatchObject({
        model,
        status,
        end: 'failed',
        attempts: [{ provider: 'scripted', error: expect.any(String) }],
      })
      expect(house.counters.open()).toBe(0)
    })

test('a vendor that cannot be reached gives 502', async () => {
  const nowhere = await assemble({ resources: () => standard('http://127.0.0.1:1') })
  const response = await nowhere.chat({ model: 'text', messages })
  expect([response.status, (await errorOf(response)).message]).toEqual([502, 'the vendor cannot be reached'])
  await nowhere.close()
})

test.each(['stall-midway', 'reset-midway', 'half-frame', 'error-midway'])('a stream that dies (%s) never looks complete', async (model) => {
  const response = await house.chat({ model, messages, stream: true })
  const text = await response.text()
  expect(response.status).toBe(200)
  expect(text).toContain('scripted')
  expect(text).toMatch(/\n\ndata: {"error":{"message":"the (vendor|connection)[^\n]*\n\n$/)
  expect(text).not.toContain('[DONE]')
  expect(text).not.toContain('4711')
  expect(house.journal.records.at(-1)).toMatchObject({ end: 'failed', status: 200, usage: { source: 'estimated' } })
  expect(house.counters.open()).toBe(0)
})

test('a stream that says several things in one frame is read whole', async () => {
  await (await house.chat({ model: 'all-in-one', messages, stream: true })).text()
  expect(house.journal.records.at(-1)).toMatchObject({
    end: 'complete',
    finish: 'tool_calls',
    usage: { inputTokens: 12, outputTokens: 34, source: 'provider' },
  })
})

test('usage a vendor does not report is estimated, and says so', async () => {
  for (const stream of [false, true]) {
    await (await house.chat({ model: 'no-usage', messages, stream })).text()
    const { usage } = house.journal.records.at(-1)!
    expect(usage).toMatchObject({ source: 'estimated' })
    expect(usage!.outputTokens).toBeGreaterThan(0)
  }
})

test('the next target takes over before the first byte, by priority, each attempt noted', async () => {
  const two = await assemble({
    resources: (origin) => [
      ...standard(origin),
      ...['500', '429', 'stall', 'reset', '400', 'error-in-200'].map((first) =>
        resource('Route', `from-${first}`, {
          models: [`from ${first}`],
          targets: [
            { provider: 'scripted', model: 'text', priority: 1 },
            { provider: 'scripted', model: first },
          ],
          timeouts: { firstByte: 300 },
        }),
      ),
    ],
  })
  for (const first of ['500', '429', 'stall', 'reset', 'error-in-200'])
    for (const stream of [false, true]) {
      const response = await two.chat({ model: `from ${first}`, messages, stream })
      expect([first, response.status]).toEqual([first, 200])
      expect(await response.text()).toMatch(/vendor.*answers/s)
      const { attempts } = two.journal.records.at(-1)!
      expect(attempts.map(({ model, error }) => [model, error !== undefined])).toEqual([
        [first, true],
        ['text', false],
      ])
    }
  expect((await two.chat({ model: 'from 400', messages })).status).toBe(400) // the caller's own fault goes nowhere else
  expect(two.journal.records.at(-1)!.attempts).toHaveLength(1)
  expect(two.counters.open()).toBe(0)
  await two.close()
})

test('a journal that cannot be written refuses calls, and takes back the answer it could not record', async () => {
  const full = await assemble()
  const answer = full.chat({ model: 'stall', messages })
  await new Promise((resolve) => setTimeout(resolve, 50))
  full.journal.failure = new AppError('overloaded', 'the journal cannot be written')
  expect((await answer).status).toBe(503)
  const refused = await full.chat({ model: 'text', messages })
  expect([refused.status, (await errorOf(refused)).code]).toEqual([503, 'overloaded'])
  expect(full.upstream.requests).toHaveLength(1)
  expect(full.counters.open()).toBe(0)
  await full.close()
})
