import { readFileSync } from 'node:fs'
import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, type Call, Exchange, emptyNotes, Registry, type Send, type UpstreamRequest } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { compatibleProviders } from './index.ts'
import { vendorsReference } from './reference.ts'
import { vendors } from './table.ts'
import { regionAt, regionHint } from './vendor.ts'

const timeouts = { connect: 1, firstByte: 1, idle: 1, total: 1 }
const answer = {
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
}
const registry = new Registry(compatibleProviders)

/** One blocking call with these fields; what was asked, what was left out, and the answer. */
async function call(use: string, fields: object = {}, status = 200, body: unknown = answer, config: object = {}) {
  const definition = registry.get(use)
  const baseUrl = vendors.find(({ id }) => id === use)!.baseUrl ?? 'https://resource.example'
  const provider = definition.create(definition.config.parse({ baseUrl, ...config }))
  const raw = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields }
  const request: ChatRequest = { operation: 'chat', model: 'm', messages: raw.messages as ChatRequest['messages'], stream: false, raw }
  const asked: UpstreamRequest[] = []
  const dropped: string[] = []
  const send: Send = (sent, handler) => {
    asked.push(sent)
    queueMicrotask(() => {
      handler.head(status, { 'content-type': 'application/json' })
      handler.data(Buffer.from(JSON.stringify(body)))
      handler.end()
    })
    return { pause() {}, resume() {}, abort() {} }
  }
  const exchange = new Exchange({
    id: 'call',
    project: 'default',
    asker: { consumer: 'tests', principals: [] },
    target: { kind: 'route', name: 'r', content: 'off', policy: { id: 'p@0', spec: {} as never, stages: {} } }, // no guard runs here
    request,
    body: Buffer.from(JSON.stringify(raw)),
    limits: [],
    notes: emptyNotes('openai-chat'),
  })
  const made: Call = { model: 'm', secret: 'key', timeouts, exchange, send, dropped: (names) => void dropped.push(...names) }
  const reply = await Promise.resolve(provider.chat(request, made)).catch((thrown: AppError) => thrown)
  return { asked: asked[0]!, sent: JSON.parse(String(asked[0]!.body)), dropped, reply, raw }
}

for (const vendor of vendors) {
  test(`${vendor.title}: a plain request goes to its chat path with its credential, as it came`, async () => {
    const { asked, sent, raw, dropped } = await call(vendor.id)
    expect(asked.path).toMatch(/\/chat\/completions(\?api-version=.+)?$/)
    expect(asked.headers[vendor.auth === 'api-key' ? 'api-key' : 'authorization']).toContain('key')
    expect(sent).toEqual(raw)
    expect(dropped).toEqual([])
  })
  test(`${vendor.title}: what it refuses is left out and told`, async () => {
    const refused = [...(vendor.omit ?? [])]
    const { sent, dropped } = await call(vendor.id, Object.fromEntries(refused.map((name) => [name, {}])))
    expect(dropped).toEqual(refused)
    for (const name of refused) expect(sent).not.toHaveProperty(name)
  })
}

test('what one field is left out and renamed to are different fields', () => {
  for (const { omit = [], rename = {} } of vendors)
    for (const [name, theirs] of Object.entries(rename)) expect([...omit, theirs]).not.toContain(name)
})

test('Azure: the deployment stands in the path, the key in api-key, the version in the query', async () => {
  const { asked } = await call('provider.azure-openai', {}, 200, answer, { apiVersion: '2025-01-01-preview' })
  expect(asked.path).toBe('/openai/deployments/m/chat/completions?api-version=2025-01-01-preview')
  expect(asked.headers).toMatchObject({ 'api-key': 'key' })
  expect(asked.headers).not.toHaveProperty('authorization')
})

test('a key of another region is told as such, with the vendor’s code and without its words', async () => {
  const refused = { code: 'InvalidApiKey', message: 'Invalid API-key provided: sk-secret', request_id: 'r' }
  const { reply } = await call('provider.dashscope', {}, 401, refused, {
    baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  })
  expect((reply as AppError).message).toBe(
    'the vendor did not accept our credential (401, InvalidApiKey); this is its address for international; a key of another region (mainland China, United States, one workspace) is good only at the address of that region: set the base URL to match the key',
  )
})

test('an address is known by its host, a workspace’s by its ending', () => {
  const dashscope = vendors.find(({ id }) => id === 'provider.dashscope')!
  expect(regionAt(dashscope, 'https://dashscope-us.aliyuncs.com/compatible-mode/v1')?.name).toBe('United States')
  expect(regionAt(dashscope, 'https://ws-1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1')?.name).toBe('one workspace')
  expect(regionAt(dashscope, 'https://proxy.example/v1')).toBeUndefined()
  expect(regionHint(vendors[0]!, 'https://proxy.example/v1')).toBeUndefined()
})

/** Errors inside status 200, in the shapes of the vendors' documentation. */
for (const [use, body, code] of [
  ['provider.minimax', { id: 'x', choices: null, base_resp: { status_code: 1004, status_msg: 'login fail sk-secret' } }, 'upstream_failed'],
  ['provider.minimax', { id: 'x', choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } }, 'quota_exceeded'],
  ['provider.dashscope', { code: 'DataInspectionFailed', message: 'sk-secret', request_id: 'r' }, 'upstream_failed'],
  ['provider.siliconflow', { code: 20015, message: 'sk-secret', data: null }, 'upstream_failed'],
  ['provider.zhipu', { error: { code: '1214', message: 'sk-secret' } }, 'upstream_failed'],
] as const)
  test(`${use}: an error in an answer with status 200 is an error (${code})`, async () => {
    const { reply } = await call(use, {}, 200, body)
    expect(reply).toBeInstanceOf(AppError)
    expect(reply).toMatchObject({ code })
    expect((reply as AppError).message).not.toContain('secret')
  })

test('MiniMax: base_resp with status 0 beside an answer is no error', async () => {
  const { reply } = await call('provider.minimax', {}, 200, { ...answer, base_resp: { status_code: 0, status_msg: '' } })
  expect(reply).toMatchObject({ outcome: { end: 'complete' } })
})

for (const [name, said, source] of [
  ['a blocking answer without content gets the key', { role: 'assistant', tool_calls: [] }, { content: '' }],
  [
    'reasoning of a blocking answer is called reasoning_content',
    { role: 'assistant', content: 'a', reasoning: 'b' },
    { content: 'a', reasoning_content: 'b' },
  ],
] as const)
  test(name, async () => {
    const { reply } = await call('provider.vllm', {}, 200, { ...answer, choices: [{ index: 0, message: said, finish_reason: 'stop' }] })
    expect(reply).toMatchObject({ whole: { payload: { source: { choices: [{ message: source }] } } } })
  })

test('usage of a blocking answer has both counts, ours where the vendor told one or none', async () => {
  const { reply } = await call('provider.vllm', {}, 200, { ...answer, usage: { total_tokens: 5 } })
  const { usage } = (reply as unknown as { whole: { payload: { source: { usage: Record<string, number> } } } }).whole.payload.source // written by us
  expect(usage.total_tokens).toBe(usage.prompt_tokens! + usage.completion_tokens!)
})

test('docs/reference/vendors.md is as the table says', () => {
  expect(readFileSync(new URL('../../../../docs/reference/vendors.md', import.meta.url), 'utf8')).toBe(vendorsReference())
})
