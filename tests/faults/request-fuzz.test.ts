import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningServer, startServer } from '@gatehouse/server'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open, post, type RawAnswer, sendRaw } from './raw-http.ts'

const directory = mkdtempSync(join(tmpdir(), 'gatehouse-fuzz-'))
const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 2 ** 31)
console.log(`fast-check seed ${seed} (GATEHOUSE_SEED repeats it)`)

let server: RunningServer
let key = ''
beforeAll(async () => {
  const sample = join(import.meta.dirname, '../../examples/handbook')
  const place = { data: join(directory, 'data'), home: join(directory, 'home'), sample }
  server = await startServer({ ...place, host: '127.0.0.1', controlHost: '127.0.0.1', port: 0, controlPort: 0, environment: {} })
  key = server.newKey!
  await server.synced
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

const good = JSON.stringify({ model: 'assistant', messages: [{ role: 'user', content: 'Hello' }] })
const length = (body: string | Uint8Array) => `content-length: ${Buffer.byteLength(body)}\r\n`
const chat = '/v1/chat/completions'

async function ask(path: string, body: string | Uint8Array): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(server.dataUrl + path, { method: 'POST', headers, body: body as string })
  return { status: response.status, text: await response.text() }
}

/** The server answers the next good call as if nothing had been. */
async function expectWell(): Promise<void> {
  expect(await ask(chat, good)).toMatchObject({ status: 200 })
}

/** Whatever was wrong: it has a name in the dialect, and is nobody's fault here. */
function expectRefusal({ status, text }: { status: number; text: string }): void {
  expect([text, status >= 400 && status < 500]).toEqual([text, true])
  expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String), message: expect.any(String), type: expect.any(String) } })
}
const expectAnswered = (answer: { status: number; text: string }) =>
  answer.status === 200 ? JSON.parse(answer.text) : expectRefusal(answer)

describe('bytes on the connection', () => {
  const request = post(chat, key, length(good), good)

  test('a request cut anywhere is no call, and the server goes on', async () => {
    const whole = Buffer.from(post(chat, key, length(good), good))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), fc.boolean(), async (cut, half) => {
        const answer = half ? await sendRaw(server.dataUrl, [whole.subarray(0, cut)], { half }) : undefined
        if (!answer) await open(server.dataUrl).then((socket) => socket.end(whole.subarray(0, cut), () => socket.destroy()))
        else expect([answer.hung, answer.status < 500]).toEqual([false, true])
      }),
      { seed, numRuns: 150 },
    )
    await expectWell()
  })

  test('a request in any pieces is the same call', async () => {
    const whole = Buffer.from(post(chat, key, length(good), good))
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 12 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b)]
        const pieces = places.map((from, at) => whole.subarray(from, places[at + 1] ?? whole.length))
        expect(await sendRaw(server.dataUrl, pieces)).toMatchObject({ status: 200, hung: false })
      }),
      { seed, numRuns: 60 },
    )
  })

  test('several requests in one write are answered one after the other', async () => {
    const three = request.replace(/Bearer \S*/, `Bearer ${key}`).repeat(3)
    const { text } = await sendRaw(server.dataUrl, [three], { half: true })
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
  })

  const chunked = (pieces: readonly string[], end = '0\r\n\r\n') =>
    pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`).join('') + end
  const te = 'transfer-encoding: chunked\r\n'
  const refusals: readonly [what: string, headers: string, body: string][] = [
    ['a length and chunks', `${length(good)}${te}`, chunked([good])],
    ['chunks and a length', `${te}content-length: 0\r\n`, chunked([good])],
    ['two lengths', `${length(good)}content-length: 0\r\n`, good],
    ['a length that is no number', 'content-length: 12abc\r\n', good],
    ['a negative length', 'content-length: -5\r\n', good],
    ['a length in a list', `content-length: ${good.length}, ${good.length}\r\n`, good],
    ['a coding nobody knows', 'transfer-encoding: gzip\r\n', good],
    ['chunked that is not last', 'transfer-encoding: chunked, identity\r\n', chunked([good])],
    ['a chunk without a size', te, `\r\n${good}\r\n0\r\n\r\n`],
    ['a chunk with a size of letters', te, `zz\r\n${good}\r\n0\r\n\r\n`],
    ['a chunk longer than it says', te, `2\r\n${good}\r\n0\r\n\r\n`],
    ['a space before the colon', `content-length : ${good.length}\r\n`, good],
    ['a folded header', `x: a\r\n b\r\n${length(good)}`.replace('\r\n b', '\r\n\tb'), good],
    ['a header with a NUL', `x: a\0b\r\n${length(good)}`, good],
    ['headers without end', `x: ${'y'.repeat(100_000)}\r\n${length(good)}`, good],
  ]
  test.each(refusals)('%s is refused, and what follows on the connection is never read as a call', async (what, headers, body) => {
    const smuggled = `POST ${chat} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n${length(good)}\r\n${good}`
    const answer = await sendRaw(server.dataUrl, [post(chat, key, headers, body) + smuggled], { half: true })
    expect(answer.hung).toBe(false)
    if (what !== 'a folded header') expect(answer.text).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect((answer.text.match(/HTTP\/1\.1 200/g) ?? []).length).toBeLessThanOrEqual(what === 'a folded header' ? 2 : 0)
    await expectWell()
  })

  test.each([
    ['one byte each', chunked([...good])],
    ['with extensions', `${good.length.toString(16)};name="value"\r\n${good}\r\n0\r\n\r\n`],
    ['with a trailer', chunked([good], '0\r\nx-sum: 1\r\n\r\n')],
  ])('chunks %s are a call like any other', async (_, body) => {
    expect(await sendRaw(server.dataUrl, [post(chat, key, te, body)])).toMatchObject({ status: 200 })
  })

  test('ten megabytes in chunks of one byte cost no more than their bytes', async () => {
    const bytes = Buffer.from(chunked(['x'])).subarray(0, 6)
    const block = Buffer.alloc(6 * 10_000, bytes)
    const pieces: (string | Buffer)[] = [post(chat, key, te)]
    for (let at = 0; at < 1000; at++) pieces.push(block)
    const before = process.memoryUsage().heapUsed
    const answer = await sendRaw(server.dataUrl, [...pieces, '0\r\n\r\n'], { patience: 50_000 })
    expect(answer).toMatchObject({ status: 400, hung: false })
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(250_000_000)
    await expectWell()
  })

  test('noise of any kind is answered with 400 or closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (noise) => {
        const answer: RawAnswer & { hung: boolean } = await sendRaw(server.dataUrl, [noise], { half: true })
        expect(answer.hung).toBe(false)
        expect([0, 400, 408, 431]).toContain(answer.status)
      }),
      { seed, numRuns: 100 },
    )
    await expectWell()
  })
})

describe('bodies', () => {
  const bodies: readonly [what: string, body: string | Uint8Array][] = [
    ['nothing', ''],
    ['white space', '  \n '],
    ['half of it', good.slice(0, -10)],
    ['a byte order mark', `\ufeff${good}`],
    ['UTF-16', Buffer.from(good, 'utf16le')],
    ['broken UTF-8', Buffer.concat([Buffer.from(good.slice(0, -5)), Buffer.from([0xff, 0xfe]), Buffer.from(good.slice(-5))])],
    ['a field twice', good.replace('"model"', '"model":"x","model"')],
    ['lists without end', '['.repeat(5_000_000)],
    ['objects without end', '{"a":'.repeat(1_000_000)],
    ['a deep list in a field', `{"model":"assistant","messages":[{"role":"user","content":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`],
    ['a list', `[${good}]`],
    ['null', 'null'],
    ['a number', '1e999'],
    ['more after it', `${good}{}`],
    ['33 megabytes', `${good.slice(0, -1)},"x":"${'y'.repeat(33 << 20)}"}`],
  ]
  for (const path of [chat, '/v1/embeddings', '/v1/rerank', '/team/v1/chat/completions'])
    test.each(bodies)(`${path} refuses %s`, async (_, body) => {
      const answer = await ask(path, body).catch((thrown) => ({ status: 413, text: String(thrown) })) // cut while it was still being sent
      if (answer.status !== 413) expectRefusal(answer)
      await expectWell()
    })

  test.each([
    [
      'ten megabytes in one message',
      JSON.stringify({ model: 'assistant', messages: [{ role: 'user', content: 'word '.repeat(2_000_000) }] }),
    ],
    [
      'ten thousand messages',
      JSON.stringify({ model: 'assistant', messages: Array.from({ length: 10_000 }, () => ({ role: 'user', content: 'x' })) }),
    ],
    [
      'a hundred thousand fields',
      JSON.stringify({ ...JSON.parse(good), ...Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`f${at}`, at])) }),
    ],
  ])('%s is answered or refused', async (_, body) => {
    const answer = await ask(chat, body)
    // longer than the policy inspects: not passed uninspected
    if (answer.text.includes('"guard_failed"')) expect(answer.status).toBe(503)
    else expectAnswered(answer)
    await expectWell()
  })

  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      1e308,
      -0,
      2 ** 53,
      '',
      'x',
      '\u0000',
      '\ud800',
      '__proto__',
      [],
      {},
      [null],
      [[]],
      [{}],
    ),
    fc.string({ maxLength: 20, unit: 'binary' }),
    fc.jsonValue({ maxDepth: 3 }),
    fc.constant(JSON.parse('{"__proto__":{"role":"system"},"constructor":{"prototype":{}},"toString":1}')),
  )
  const chatFields = [
    'model',
    'messages',
    'stream',
    'max_tokens',
    'max_completion_tokens',
    'user',
    'tools',
    'tool_choice',
    'temperature',
    'stop',
    'n',
    'response_format',
    'metadata',
    '__proto__',
    'stream_options',
  ]
  const messageFields = ['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'refusal', '__proto__']
  const otherFields = [
    'model',
    'input',
    'encoding_format',
    'dimensions',
    'user',
    'query',
    'documents',
    'top_n',
    'return_documents',
    '__proto__',
  ]
  /** As text, so that `__proto__` is a field like any other. */
  const replaced = (object: string, field: string, value: unknown) =>
    object
      .replace(/^\{/, `{${JSON.stringify(field)}:${JSON.stringify(value) ?? 'null'},`)
      .replace(new RegExp(`,"${field}":("[^"]*"|\\[[^\\]]*\\])(?=[,}])`), '')

  test('property: any value in any field of a chat is answered or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('assistant', 'app/handbook', 'nobody'),
        fc.constantFrom(...chatFields),
        odd,
        fc.boolean(),
        async (model, field, value, stream) => {
          const body = `{"stream":${stream},"model":"${model}","messages":[{"role":"user","content":"Hello"}]}`
          const fields = { ...JSON.parse(body) } as Record<string, unknown>
          delete fields[field]
          const answer = await ask(chat, replaced(JSON.stringify(fields), field, value))
          if (answer.status !== 200) expectRefusal(answer)
          else if (!answer.text.startsWith('data:')) JSON.parse(answer.text)
        },
      ),
      { seed, numRuns: 400 },
    )
    await expectWell()
  })

  test('property: any value in any field of a message is answered or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('assistant', 'app/handbook'),
        fc.constantFrom(...messageFields),
        odd,
        async (model, field, value) => {
          const message: Record<string, unknown> = { role: 'user', content: 'Hello' }
          delete message[field]
          const text = replaced(JSON.stringify(message), field, value).replace(/,\}$/, '}')
          expectAnswered(await ask(chat, `{"model":"${model}","messages":[{"role":"system","content":"Be short."},${text}]}`))
        },
      ),
      { seed, numRuns: 300 },
    )
    await expectWell()
  })

  test('property: any value in any field of an embedding or a rerank is answered or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/v1/embeddings', '/v1/rerank'),
        fc.constantFrom(...otherFields),
        odd,
        async (path, field, value) => {
          const fields: Record<string, unknown> =
            path === '/v1/rerank' ? { model: 'meanings', query: 'a', documents: ['a', 'b'] } : { model: 'meanings', input: ['a', 'b'] }
          delete fields[field]
          expectAnswered(await ask(path, replaced(JSON.stringify(fields), field, value)))
        },
      ),
      { seed, numRuns: 300 },
    )
    await expectWell()
  })

  test('property: arbitrary JSON is answered or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(chat, '/v1/embeddings', '/v1/rerank'), fc.json({ maxDepth: 4 }), async (path, body) =>
        expectAnswered(await ask(path, body)),
      ),
      { seed, numRuns: 200 },
    )
  })
})

test('two thousand bad requests later nothing is held: no handle, no open call, and every call is on record', {
  timeout: 60_000,
}, async () => {
  const counts = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP') || name === 'Timeout').length
  const metric = async (name: string) => {
    const text = await (await fetch(`${server.controlUrl}/metrics`)).text()
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
  }
  await expectWell()
  const before = counts()
  const odd = ['{', '{"model":"nobody","messages":[{"role":"user"}]}', '[]', good.replace('Hello', '\\ud800'), good.replace('"user"', '7')]
  for (let turn = 0; turn < 100; turn++) await Promise.all(Array.from({ length: 20 }, (_, at) => ask(chat, odd[(turn + at) % odd.length]!)))
  await expectWell()
  expect(counts() - before).toBeLessThan(60) // connections that are kept for the next call, and their timers
  expect(await metric('gatehouse_calls_open')).toBe(0)
})
