import { PolicySpec, type TextPart } from '@gatehouse/contracts'
import {
  type BoundPolicy,
  bindPolicy,
  createGuardLayer,
  Exchange,
  emptyNotes,
  PushReply,
  Registry,
  ReplyEvent,
  WholeReply,
} from '@gatehouse/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { guards } from './index.ts'

const registry = new Registry(guards)
const redacting = bindPolicy(
  'tests@1',
  PolicySpec.parse({
    stages: {
      output: [
        { guard: 'guard.secrets', action: 'redact' },
        { guard: 'guard.pii', action: 'redact' },
      ],
    },
  }),
  registry,
)
const exchangeOf = (policy: BoundPolicy) =>
  new Exchange({
    id: 'call',
    project: 'default',
    asker: { consumer: 'tests', principals: [] },
    target: { kind: 'route', name: 'assistant', content: 'off', policy },
    request: { operation: 'chat', model: 'assistant', messages: [], stream: true, raw: {} },
    body: new Uint8Array(),
    limits: [],
    notes: emptyNotes('test'),
  })
const event = (text: string, lane: TextPart['lane'] = 'text') =>
  new ReplyEvent(new Uint8Array(1), () => ({ kind: lane, parts: [{ lane, index: 0, text }] }))
const layer = createGuardLayer()

function whole(text: string) {
  const exchange = exchangeOf(redacting)
  const reply = layer(exchange, () => new WholeReply('test', event(text), { end: 'complete' })) as WholeReply
  return { text: reply.whole.text, verdict: exchange.notes.verdicts[0]! }
}

/** Streams the pieces, a usage event between them, and says how much was held at most. */
function streamed(pieces: readonly string[]) {
  const exchange = exchangeOf(redacting)
  const inner = new PushReply('test')
  const reply = layer(exchange, () => inner) as WholeReply
  const out: ReplyEvent[] = []
  let held = 0
  let sent = 0
  let released = 0
  reply.pipe({ events: (batch) => out.push(...batch) > 0, end() {} }, 'events')
  const usage = new ReplyEvent({ kind: 'usage', usage: { inputTokens: 1, outputTokens: 1, source: 'provider' } })
  const events = pieces.flatMap((piece, at) => (at % 3 === 2 ? [usage, event(piece)] : [event(piece)]))
  for (const each of events) {
    inner.pushEvents([each])
    sent += each.text.length
    while (released < out.length) sent -= events[released++]!.text.length
    held = Math.max(held, sent)
  }
  inner.end({ end: 'complete' })
  return { text: out.map(({ text }) => text).join(''), verdict: exchange.notes.verdicts[0]!, held, out, events }
}

const byPlace = (findings: readonly { rule: string; start: number; end: number }[]) =>
  findings.map(({ rule, start, end }) => `${start}-${end} ${rule}`).sort()
const pem = `-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq4\nabc+/==\n-----END RSA PRIVATE KEY-----`
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJleGFtcGxlLW9uZSJ9.c2lnbmF0dXJlLWhlcmU'
const seeds = [
  'mara.lind@firm.example',
  'a@b.co',
  '@',
  '.',
  '..',
  'firm.example.',
  'x'.repeat(70),
  '4111 1111 1111 1111',
  '4111111111111111',
  '4111-1111-1111-1111',
  '378282246310005',
  '12/26',
  ' 123',
  'DE89 3704 0044 0532 0130 00',
  'GB29NWBK60161331926819',
  'AT61 1904 3002 3457 3201',
  ' BANK',
  ' PLEASE',
  '123-45-6789',
  '11010519491231002X',
  '４１１１ １１１１ １１１１ １１１１',
  '１３８１２３４５６７８',
  '13812345678',
  '138 1234 5678',
  '+86 138-1234-5678',
  '(555) 123-4567',
  '555-123-4567',
  'phone: ',
  'tel ',
  '电话：',
  '手机号',
  'order no. ',
  '订单号',
  '2024-01-17',
  '1.2.3',
  '3.14159',
  '0',
  '7',
  '99',
  ' ',
  '  ',
  '\n',
  '\r\n',
  '-',
  ',',
  '. ',
  'AKIAIOSFODNN7EXAMPL2',
  'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
  'sk-proj-a8F3kd92Lm5pQ7xZ1vB4',
  'sk-',
  'eyJ',
  jwt,
  pem,
  pem.slice(0, 40),
  '-----BEGIN ',
  '-----',
  '-----END',
  'PRIVATE KEY-----',
  'password: ',
  'password=',
  '密码是',
  'S3cret!pass',
  'hunter2hunter2',
  'Bearer ',
  'postgres://app:Tr0ub4dor@db.local/x',
  'https://host/path?q=1',
  '://',
  'token = ',
  '"',
  "'",
  '你好',
  '，',
  '😀',
  'é',
  'the',
  ' and ',
  'Berlin',
  'I',
  'IBAN',
  'A1',
  'Z9Z9',
]
const texts = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...seeds) },
      { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
      { weight: 2, arbitrary: fc.constant(' ') },
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''))
const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 9 }))

function cut(text: string, lengths: Iterator<number>): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; ) {
    const length = lengths.next().value as number
    pieces.push(text.slice(at, at + length))
    at += length
  }
  return pieces
}

test('any re-chunking of a stream gives the same verdict and the same redacted text, with the guards of the house', () => {
  fc.assert(
    fc.property(texts, sizes, (text, lengths) => {
      const expected = whole(text)
      const heard = streamed(cut(text, lengths))
      expect(heard.text).toBe(expected.text)
      expect(heard.verdict.action).toBe(expected.verdict.action)
      expect(byPlace(heard.verdict.findings)).toEqual(byPlace(expected.verdict.findings))
    }),
    { numRuns: 6000 },
  )
})

test('one character per event gives the same too, and untouched events are the very objects that came', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const expected = whole(text)
      const heard = streamed(Array.from({ length: text.length }, (_, at) => text[at]!))
      expect(heard.text).toBe(expected.text)
      for (const [at, each] of heard.out.entries()) if (each.text === heard.events[at]!.text) expect(each).toBe(heard.events[at])
    }),
    { numRuns: 1500 },
  )
})

test('a key in the middle of a word is no key, wherever the window of a stream begins', () => {
  const key = 'sk-proj-a8F3kd92Lm5pQ7xZ1vB'
  const text = `mara.lind@firm.example${key}4-A0Berlin${key}4１１１ １１１１`
  for (let size = 1; size < 12; size++) expect(streamed(text.match(new RegExp(`.{1,${size}}`, 'g'))!).text).toBe(whole(text).text)
})

test('ordinary prose is held by a word at most, a number by its groups', () => {
  const prose =
    'Annual leave carries over until 31 March of the next year. Ask the people team (room 12) before 15:30; 年假可以结转到次年三月三十一日。 '.repeat(
      20,
    )
  const { held, text } = streamed([...prose])
  expect(text).toBe(prose)
  expect(held).toBeLessThanOrEqual(16)
})

test('a private key is followed to its end and never shown, in pieces of any size', () => {
  const key = `Here: -----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(60)}-----END PRIVATE KEY-----\nThat was it.`
  for (const size of [1, 7, 64])
    expect(streamed(key.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'))!).text).toBe('Here: [private key]\nThat was it.')
})
