import { gzipSync } from 'node:zlib'
import { PolicySpec } from '@gatehouse/contracts'
import { guards } from '@gatehouse/guards'
import { bindPolicy, createGuardLayer, Registry } from '@gatehouse/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Assembly, assemble, resource, standard, until } from '../gateway/assembly.ts'
import {
  completion,
  createHostileVendor,
  delta,
  done,
  ending,
  frame,
  type HostileVendor,
  type Script,
  say,
  streamHead,
  text,
  usage,
  wholeHead,
} from './hostile-vendor.ts'

const secret = 'the account 4711 at db-7.internal'
const key = 'sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKl'
const messages = [{ role: 'user', content: 'Hello' }]
const policy = PolicySpec.parse({ stages: { output: [{ guard: 'guard.secrets', action: 'redact' }] } })
const timeouts = { connect: 400, firstByte: 400, idle: 400, total: 2000 }

let vendor: HostileVendor
/** One where nobody looks at the answer, and one where the guards do. */
let plain: Assembly
let guarded: Assembly
beforeAll(async () => {
  vendor = await createHostileVendor()
  const resources = () => [
    ...standard(vendor.origin).filter(({ name }) => name !== 'everything'),
    resource('Route', 'everything', { models: ['*'], targets: [{ provider: 'scripted' }], timeouts, content: 'full' }),
  ]
  plain = await assemble({ resources })
  const registry = new Registry(guards)
  guarded = await assemble({ resources, layers: [createGuardLayer()], bindPolicy: (id) => bindPolicy(id, policy, registry) })
})
afterAll(async () => {
  await Promise.all([plain.close(), guarded.close()])
  await vendor.close()
})

interface Heard {
  readonly status: number
  readonly text: string
  readonly record: Assembly['journal']['records'][number]
}

/** One call; afterwards nothing of it is left: one record, no hold, no upstream call, no socket that is still in use. */
async function ask(house: Assembly, script: Script, stream: boolean): Promise<Heard> {
  vendor.script = script
  const before = house.journal.records.length
  const response = await house.chat({ model: 'm', messages, stream })
  const heard = await response.text()
  await until(() => house.journal.records.length > before && house.transport.counts.open === 0)
  expect(house.journal.records).toHaveLength(before + 1)
  const record = house.journal.records.at(-1)!
  expect(response.headers.get('x-gatehouse-trace')).toBe(record.id)
  expect(house.counters.open()).toBe(0)
  expect(heard).not.toMatch(/4711|db-7/)
  return { status: response.status, text: heard, record }
}

/** The words of a stream's chunks, as a client puts them together; strict about what stands between. */
function said(body: string): { text: string; done: boolean; error: { code: string; message: string } | undefined } {
  let words = ''
  let ended = false
  let error: { code: string; message: string } | undefined
  for (const block of body.split(/\r?\n\r?\n/)) {
    const data = block
      .split(/\r\n|\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trimStart())
      .join('\n')
    if (data === '' || ended) continue
    if (data === '[DONE]') {
      ended = true
      continue
    }
    const chunk = JSON.parse(data) as { error?: typeof error; choices?: { delta?: { content?: string } }[] }
    if (chunk.error) error = chunk.error
    else words += chunk.choices?.[0]?.delta?.content ?? ''
  }
  return { text: words, done: ended, error }
}

/** Every stream is the whole answer, or ends with an error frame or an error, and the record agrees. */
function expectWholeOrError({ status, text: body, record }: Heard, words: string): 'whole' | 'error' {
  if (status !== 200) {
    expect(JSON.parse(body)).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
    expect(record).toMatchObject({ end: 'failed', status })
    return 'error'
  }
  const heard = said(body)
  if (record.end === 'complete') {
    expect(heard).toEqual({ text: words, done: true, error: undefined })
    return 'whole'
  }
  expect(record.end).toBe('failed')
  expect(heard).toMatchObject({ done: false, error: { code: record.error!.code } })
  expect(words.startsWith(heard.text)).toBe(true)
  return 'error'
}

const houses = [
  ['nobody looks', () => plain],
  ['guards look', () => guarded],
] as const
const words = 'Grüße, 你好, 🌿 done.'
const answer = Buffer.from(
  frame(delta({ role: 'assistant', content: '' })) + text('Grüße, ') + text('你好, ') + text('🌿') + text(' done.') + ending(),
)

describe.each(houses)('a stream, when %s', (_, house) => {
  test('cut at every byte is an error that says so, never a whole answer, until all was said', { timeout: 120_000 }, async () => {
    const outcomes = new Map<string, number>()
    const finished = answer.length - Buffer.byteLength(done) - Buffer.byteLength(frame({ ...delta({}), choices: [], usage }))
    for (let cut = 0; cut <= answer.length; cut += 1) {
      const heard = await ask(house(), (socket) => say(socket, [streamHead, answer.subarray(0, cut)], cut % 2 ? 'end' : 'reset'), true)
      const outcome = expectWholeOrError(heard, words)
      if (cut % 2 === 1 && cut < finished) expect([cut, outcome]).toEqual([cut, 'error'])
      if (cut === answer.length - 1 && cut % 2) expect(outcome).toBe('whole') // only the last line feed is missing
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    expect(outcomes.get('error')).toBeGreaterThan(finished - 1)
  })

  test('of single bytes arrives whole', async () => {
    const bytes = [...answer].map((byte) => Uint8Array.of(byte))
    const heard = await ask(house(), (socket) => say(socket, [streamHead, ...bytes]), true)
    expect(expectWholeOrError(heard, words)).toBe('whole')
    expect(heard.record.usage).toEqual({ inputTokens: 12, outputTokens: 34, source: 'provider' })
  })

  test.each([
    ['CRLF', (each: string) => each.replaceAll('\n', '\r\n')],
    ['both, one after the other', (each: string) => each.replaceAll('\n\n', '\r\n\n').replace('\r\n\n', '\n\r\n')],
    [
      'LF, with comments, names and ids between',
      (each: string) => each.replaceAll('data:', ': a comment\nevent: message\nid: 7\nretry: 5\ndata:'),
    ],
    ['LF, without the space behind the colon', (each: string) => each.replaceAll('data: ', 'data:')],
    [
      'CRLF from the third frame on',
      (each: string) =>
        each
          .split('\n\n')
          .map((part, at) => (at > 2 ? `${part}\r\n\r\n` : `${part}\n\n`))
          .join(''),
    ],
    ['data over several lines', (each: string) => each.replaceAll(',"object"', ',\ndata: "object"')],
  ])('with line ends: %s: arrives whole, in one read and in many', async (_name, write) => {
    const body = write(answer.toString())
    for (const size of [body.length, 7, 1]) {
      const bytes = Buffer.from(body)
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
      const heard = await ask(house(), (socket) => say(socket, [streamHead, ...pieces]), true)
      expect([size, expectWholeOrError(heard, words)]).toEqual([size, 'whole'])
      expect(heard.record.usage).toEqual({ inputTokens: 12, outputTokens: 34, source: 'provider' })
    }
  })

  test('with bare CR as line ends is refused, not waited for', async () => {
    const heard = await ask(house(), (socket) => say(socket, [streamHead, answer.toString().replaceAll('\n', '\r')]), true)
    expect(expectWholeOrError(heard, words)).toBe('error')
  })

  test('that says more after [DONE] is whole where it said so', async () => {
    const heard = await ask(house(), (socket) => say(socket, [streamHead, answer, text('and more'), done]), true)
    expect(heard.record.end).toBe('complete')
    expect(said(heard.text)).toMatchObject({ text: words, done: true })
  })

  test.each([0, 1, 2, 3, 5, 9, 17, 33, 65])(
    "with a vendor's own error in the middle, cut after %i bytes of it: ours is told, not the vendor's",
    async (cut) => {
      for (const own of [
        { error: { message: secret, code: 'quota' } },
        { id: 'x', object: 'error', error: { message: secret } },
        { error: secret },
      ]) {
        const bytes = Buffer.from(frame(own))
        const pieces = [streamHead, text('Hello'), bytes.subarray(0, cut), bytes.subarray(cut)].filter((piece) => piece.length > 0)
        const heard = await ask(house(), (socket) => say(socket, pieces), true)
        expect(expectWholeOrError(heard, 'Hello')).toBe('error')
        const unfinished = await ask(house(), (socket) => say(socket, [streamHead, text('Hello'), bytes.subarray(0, -2 - cut)]), true)
        expect(expectWholeOrError(unfinished, 'Hello')).toBe('error')
      }
    },
  )

  test('an error written with spaces is an error all the same', async () => {
    const own = `data: { "error" : { "message" : "${secret}" } }\n\n`
    expect(expectWholeOrError(await ask(house(), (socket) => say(socket, [streamHead, text('Hi'), own]), true), 'Hi')).toBe('error')
  })

  test.each([0, 1])('with a line that never ends, after %i frames, is refused before it fills memory', async (frames) => {
    const endless: Script = async (socket) => {
      await say(socket, [streamHead, ...Array.from({ length: frames }, () => text('Hello')), 'data: "'], 'hang')
      while (!socket.destroyed) await say(socket, ['x'.repeat(65_536)], 'hang')
    }
    const heard = await ask(house(), endless, true)
    expect(expectWholeOrError(heard, 'Hello')).toBe('error')
    expect(heard.text.length).toBeLessThan(4096)
  })

  test.each([0, 1])('of comments without end, after %i frames, ends, at the latest with the total time', async (frames) => {
    const endless: Script = async (socket) => {
      await say(socket, [streamHead, ...Array.from({ length: frames }, () => text('Hello'))], 'hang')
      while (!socket.destroyed) await say(socket, [': still here\n\n'.repeat(1000), ': and here\n\n'], 'hang')
    }
    const heard = await ask(house(), endless, true)
    // with text held back, what waits behind it is bounded too
    const bounded = house() === guarded && frames > 0 ? ['timeout', 'guard_failed'] : ['timeout']
    expect(heard.record.end).toBe('failed')
    expect(bounded).toContain(heard.record.error!.code)
  })

  test('that hangs or breaks before or after its first byte is an error, once', async () => {
    const scripts: readonly [Script, string][] = [
      [(socket) => say(socket, [], 'reset'), 'upstream_failed'],
      [(socket) => say(socket, [], 'end'), 'upstream_failed'],
      [(socket) => say(socket, ['HTTP/1.1 2'], 'reset'), 'upstream_failed'],
      [(socket) => say(socket, [streamHead], 'reset'), 'upstream_failed'],
      [(socket) => say(socket, [streamHead], 'end'), 'upstream_failed'],
      [(socket) => say(socket, [streamHead, 'd'], 'reset'), 'upstream_failed'],
      [(socket) => say(socket, [], 'hang'), 'timeout'],
      [(socket) => say(socket, [streamHead], 'hang'), 'timeout'],
      [(socket) => say(socket, [streamHead, text('Hello')], 'hang'), 'timeout'],
    ]
    for (const [script, code] of scripts)
      for (const stream of [true, false]) {
        const heard = await ask(house(), script, stream)
        expect(heard.record).toMatchObject({ end: 'failed', error: { code } })
      }
  })

  test('what a guard holds back never goes out, wherever the stream is cut', async () => {
    const hidden = Buffer.from(text('The key is ') + text(key.slice(0, 20)) + text(key.slice(20)) + text(' .'))
    for (let cut = 0; cut < hidden.length; cut += 13) {
      const { text: body } = await ask(guarded, (socket) => say(socket, [streamHead, hidden.subarray(0, cut)]), true)
      expect(body).not.toContain(key.slice(0, 12))
    }
  })
})

const heads: readonly [what: string, said: string | Uint8Array][] = [
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['a head that never ends', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
  ['ten thousand headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}\r\n`],
  ['a status nobody knows', 'HTTP/1.1 999 Whatever\r\ncontent-length: 2\r\n\r\n{}'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n'],
  ['interim answers without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100)],
  ['two lengths', `HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x`],
  ['a length and chunks', `HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a negative length', `HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}`],
  ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n'],
  ['a chunk larger than memory', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}'],
  ['less than it announced', `${wholeHead(completion('hi'))}${completion('hi').slice(0, -5)}`],
  ['an empty answer', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ['no content', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['a redirect', `HTTP/1.1 302 Found\r\nlocation: http://db-7.internal/4711\r\ncontent-length: 0\r\n\r\n`],
  ['a page', `${wholeHead('<html>4711</html>', '200 OK', 'text/html')}<html>4711</html>`],
  ['JSON that is no completion', `${wholeHead('{"ok":true}')}{"ok":true}`],
  ['JSON that is null', `${wholeHead('null')}null`],
  ['an error in 200', `${wholeHead(JSON.stringify({ error: { message: secret } }))}${JSON.stringify({ error: { message: secret } })}`],
  ['a 500 that tells too much', `${wholeHead(secret, '500 Internal Server Error', 'text/plain')}${secret}`],
  [
    'a 503 that tells too much',
    `${wholeHead(`{"error":{"message":"${secret}","code":"x"}}`, '503 No')}{"error":{"message":"${secret}","code":"x"}}`,
  ],
  ['a 401 that tells too much', `${wholeHead(`{"error":{"message":"${secret}"}}`, '401 No')}{"error":{"message":"${secret}"}}`],
  [
    'something compressed that nobody asked for',
    Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\r\n'),
      gzipSync(Buffer.alloc(50_000_000)),
    ]),
  ],
  [
    'a compressed stream nobody asked for',
    Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n'),
      gzipSync(Buffer.from(text('x').repeat(500_000))),
    ]),
  ],
  ['JSON nested without end', `${wholeHead('['.repeat(1_000_000))}${'['.repeat(1_000_000)}`],
  [
    'a body of half a character',
    Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"'), Buffer.from([0xe4, 0xbd])]),
  ],
]

describe.each(houses)('an answer, when %s', (_, house) => {
  test.each(heads)('that is %s gives an error, streamed or not', async (_what, saying) => {
    for (const stream of [false, true]) {
      const heard = await ask(house(), (socket) => say(socket, [saying]), stream)
      expect(heard.status).toBeGreaterThanOrEqual(400)
      expect(heard.status).not.toBe(500)
      expect(JSON.parse(heard.text)).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
      expect(heard.record).toMatchObject({ end: 'failed', status: heard.status })
    }
  })

  test('that is JSON where a stream was asked for becomes one, and a stream where JSON was asked for is an error', async () => {
    const body = completion('whole')
    const heard = await ask(house(), (socket) => say(socket, [wholeHead(body), body]), true)
    expect(said(heard.text)).toEqual({ text: 'whole', done: true, error: undefined })
    const other = await ask(house(), (socket) => say(socket, [streamHead, answer]), false)
    expect(other).toMatchObject({ status: 502, record: { end: 'failed', error: { code: 'upstream_failed' } } })
  })

  test('with more than it announced is the answer it announced, and the connection is not used again', async () => {
    const body = completion('whole')
    const before = vendor.connections
    for (let turn = 0; turn < 2; turn++) {
      const heard = await ask(house(), (socket) => say(socket, [`${wholeHead(body)}${body}HTTP/1.1 200 OK\r\n\r\nsmuggled`], 'hang'), false)
      expect(heard).toMatchObject({ status: 200, text: body })
    }
    expect(vendor.connections - before).toBe(2)
  })

  test('in a million chunks of one byte costs no more than its bytes', { timeout: 120_000 }, async () => {
    const body = completion('x'.repeat(1_000_000))
    const chunks = [...body].map((byte) => `1\r\n${byte}\r\n`).join('')
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'
    const heard = await ask(house(), (socket) => say(socket, [`${head}${chunks}0\r\n\r\n`]), false)
    expect(heard).toMatchObject({ status: 200, record: { end: 'complete' } })
    expect(heard.text.length).toBe(body.length)
  })

  test.each([
    ['negative', { prompt_tokens: -5, completion_tokens: -1_000_000 }],
    ['a fraction', { prompt_tokens: 1.5, completion_tokens: 2.25 }],
    ['huge', { prompt_tokens: 1e300, completion_tokens: 1 }],
    ['too large for any model', { prompt_tokens: 9_000_000_000_000, completion_tokens: 1 }],
    ['a text', { prompt_tokens: '12', completion_tokens: '34' }],
    ['null', null],
    ['a list', [1, 2]],
  ])('with usage that is %s: what is settled is estimated, whole and not negative', async (_what, told) => {
    for (const stream of [false, true]) {
      const body = completion('Hello', { usage: told })
      const pieces = stream ? [streamHead, text('Hello'), ending(told)] : [wholeHead(body), body]
      const { record, status } = await ask(house(), (socket) => say(socket, pieces), stream)
      expect(status).toBe(200)
      expect(record.usage).toMatchObject({ source: 'estimated' })
      for (const tokens of [record.usage!.inputTokens, record.usage!.outputTokens, record.reservation!.settled]) {
        expect(Number.isSafeInteger(tokens)).toBe(true)
        expect(tokens).toBeGreaterThanOrEqual(0)
        expect(tokens).toBeLessThan(100_000)
      }
    }
  })

  test('with usage no JSON number can hold', async () => {
    const body = completion('Hello').replace('"prompt_tokens":12', '"prompt_tokens":1e999')
    const { record } = await ask(house(), (socket) => say(socket, [wholeHead(body), body]), false)
    expect(record.usage).toMatchObject({ source: 'estimated' })
  })

  test('whose tool calls come out of order, twice and with strange numbers is passed on or refused, never a hang', async () => {
    const call = (index: unknown, args: unknown, more = {}) =>
      frame(delta({ tool_calls: [{ index, ...more, function: { arguments: args } }] }))
    const calls =
      call(3, '{"b"') +
      call(0, '{"a":1}', { id: 'call_1' }) +
      call(3, ':2}') +
      call(-1, 'x') +
      call(1e9, 'y') +
      call('2', 'z') +
      call(null, 7)
    const heard = await ask(house(), (socket) => say(socket, [streamHead, calls, ending()]), true)
    expectWholeOrError(heard, '')
  })

  test.each([
    ['text that is no text', { content: 7 }],
    ['text that is a list', { content: [{ type: 'text', text: 'hi' }] }],
    ['no delta', null],
    ['lone surrogates', { content: '\ud800' }],
    ['names of prototypes', JSON.parse('{"__proto__":{"content":"x"},"constructor":"y"}')],
  ])('whose chunks hold %s is passed on or refused', async (_what, odd) => {
    const heard = await ask(house(), (socket) => say(socket, [streamHead, frame(delta(odd)), ending()]), true)
    expect(['complete', 'failed']).toContain(heard.record.end)
  })

  test.each([
    'null',
    '[]',
    '7',
    '"text"',
    '{"choices":7}',
    '{"choices":[7]}',
    '{"choices":[{"delta":7}]}',
    '{',
    '{"choices":[{"delta":{"tool_calls":7}}]}',
    '{"choices":[{"delta":{},"index":"x"}]}',
  ])('whose frame is %s is passed on or refused, in the first place and in the middle', async (odd) => {
    for (const pieces of [[odd], ['first', odd]]) {
      const frames = pieces.map((each) => (each === 'first' ? text('Hello') : frame(each)))
      const heard = await ask(house(), (socket) => say(socket, [streamHead, ...frames, ending()]), true)
      expect(['complete', 'failed']).toContain(heard.record.end)
      expect(heard.record.error?.code).not.toBe('internal')
      expect(heard.status).not.toBe(500)
    }
  })
})

test('afterwards no connection to the vendor is left that is in use', async () => {
  expect([plain.transport.counts.open, guarded.transport.counts.open]).toEqual([0, 0])
  await Promise.all([plain.transport.close(), guarded.transport.close()])
  await until(() => vendor.open === 0)
})
