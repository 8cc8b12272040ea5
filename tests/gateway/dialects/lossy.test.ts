import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Assembly } from '../assembly.ts'
import { assembleDialects, key } from './house.ts'
import { type Lossy, lossy, replies } from './lossy.ts'

let house: Assembly
beforeAll(async () => {
  house = await assembleDialects()
})
afterAll(() => house.close())
/** To the vendor that speaks the other dialect. */
const paths = { anthropic: '/v1/messages', openai: '/claude/v1/chat/completions' } as const
const post = (from: Lossy['from'], body: object, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${house.url}${paths[from]}`, { method: 'POST', headers: { 'x-api-key': key, ...headers }, body: JSON.stringify(body) })
const plain = { model: 'text', max_tokens: 2000, messages: [{ role: 'user', content: 'Hello' }] }

for (const { from, what, becomes, ask, headers, sent, never, refused } of lossy)
  test(`from ${from}: ${what} – ${becomes}`, async () => {
    const before = house.upstream.requests.length
    const answer = await post(from, { ...plain, ...ask }, headers)
    const body = await answer.text()
    if (refused) {
      expect([answer.status, house.upstream.requests.length]).toEqual([400, before])
      expect(JSON.parse(body).error.message).toContain(refused)
      return
    }
    expect(answer.status).toBe(200)
    const got = house.upstream.requests.at(-1)!
    expect(JSON.parse(got.body)).toMatchObject(sent ?? {})
    if (never) expect(got.body + JSON.stringify(got.headers)).not.toContain(never)
  })

describe('replies', () => {
  test('thinking has no signature outside its dialect, and reasoning an empty one inside it', async () => {
    expect(await (await post('openai', { ...plain, model: 'thinking' })).text()).not.toContain('c2lnbmVk')
  })
  test('what came out of a cache is told, and all that was read is counted', async () => {
    const { usage } = (await (await post('openai', plain)).json()) as { usage: object }
    expect(usage).toEqual({ prompt_tokens: 20, completion_tokens: 34, total_tokens: 54, prompt_tokens_details: { cached_tokens: 5 } })
  })
  test('fields of a vendor stay within its dialect', async () => {
    expect(await (await post('anthropic', plain)).text()).not.toContain('vendor_extra')
    expect(await (await post('openai', plain)).text()).not.toContain('vendor_extra')
  })
})

test('the reference tells all of it (GATEHOUSE_WRITE=1 writes it anew)', () => {
  const file = new URL('../../../docs/reference/dialects.md', import.meta.url)
  const rows = (of: readonly { from: string; what: string; becomes: string }[], from: string) =>
    of.filter((each) => each.from === from).map(({ what, becomes }) => `| ${what} | ${becomes} |`)
  const table = (head: string, lines: readonly string[]) => [`### ${head}`, '', '| what | becomes |', '|---|---|', ...lines, '']
  const made = [
    ...table('A call in Anthropic’s dialect, a vendor that speaks OpenAI’s', rows(lossy, 'anthropic')),
    ...table('A call in OpenAI’s dialect, a vendor that speaks Anthropic’s', rows(lossy, 'openai')),
    ...table('An answer in Anthropic’s dialect, a caller of OpenAI’s', rows(replies, 'anthropic')),
    ...table('An answer in OpenAI’s dialect, a caller of Anthropic’s', rows(replies, 'openai')),
  ].join('\n')
  const text = readFileSync(file, 'utf8')
  const [before, rest] = text.split('<!-- made from the tests -->\n')
  const after = rest!.split('<!-- end -->')[1]
  const whole = `${before}<!-- made from the tests -->\n${made}<!-- end -->${after}`
  if (process.env.GATEHOUSE_WRITE) writeFileSync(file, whole)
  else expect(text).toBe(whole)
})
