import type { TextPart } from '@gatehouse/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { PushReply, type Tap } from '../push-reply.ts'
import { ReplyEvent, WholeReply } from '../reply.ts'
import { createGuardLayer } from './guard-layer.ts'
import { GuardedReply } from './guarded-reply.ts'
import { exchangeWith, policy, stream, textIn, vendorEvent } from './scripted-guards.ts'

const redacting = policy({
  output: [
    { guard: 'digits', action: 'redact' },
    { guard: 'keys', action: 'redact' },
  ],
})
const blocking = policy({
  output: [
    { guard: 'digits', action: 'redact' },
    { guard: 'phrase', action: 'block' },
  ],
})
const text = (value: string, index = 0, lane: TextPart['lane'] = 'text') => vendorEvent([{ lane, index, text: value }])
const usage = () => vendorEvent([], { usage: { inputTokens: 1, outputTokens: 2, source: 'provider' } })

test('a finding split over chunks is redacted, and its replacement stands where it starts', async () => {
  const { events } = await stream(redacting, [[text('call 12')], [text('345')], [text('6 now')], [text(' or 9')]])
  expect(events.map((event) => event.text)).toEqual(['call [digits]', '', ' now', ' or 9'])
})

test('only the open tail is held: everything before it leaves at once', async () => {
  const { progress } = await stream(redacting, [[text('plain words ')], [text('and more. ')], [text('number 77')], [text(' over. ')]])
  expect(progress).toEqual([1, 2, 2, 4])
})

test('an event no finding touches leaves as the very object that came, bytes included', async () => {
  const before = text('nothing here. ')
  const after = text('nor here')
  const { events } = await stream(redacting, [[before], [text('1234 ')], [after]])
  expect(events[0]).toBe(before)
  expect(events[1]!.bytes).toBeUndefined()
  expect(events[1]!.text).toBe('[digits] ')
  expect(events[2]).toBe(after)
})

test('nothing overtakes: a usage event in the middle of a number does not let it go', async () => {
  const { events, progress } = await stream(redacting, [[text('12')], [usage()], [text('34')], [text(' end')]])
  expect(progress).toEqual([0, 0, 0, 3])
  expect(events.map((event) => event.kind)).toEqual(['text', 'usage', 'text', 'text'])
  expect(textIn(events)).toBe('[digits] end')
})

test('each lane and index is a text of its own', async () => {
  const { events } = await stream(redacting, [
    [text('12')],
    [text('34', 1)],
    [text('56', 0, 'reasoning')],
    [text('.')],
    [text('5678.', 1)],
    [text('78.', 0, 'reasoning')],
  ])
  expect([textIn(events), textIn(events, 'text', 1), textIn(events, 'reasoning')]).toEqual(['12.', '[digits].', '[digits].'])
})

test('a block in mid-stream cancels the upstream and ends as blocked', async () => {
  const heard = await stream(blocking, [[text('say 1234 and '), usage()], [text('open ses')], [text('ame')], [text(' never seen')]])
  expect(heard.outcome).toMatchObject({
    end: 'blocked',
    error: { code: 'blocked', details: { rule: 'phrase.found', stage: 'output' } },
    usage: { outputTokens: 2 },
  })
  expect(heard.cancelled).toEqual(['blocked'])
  expect(textIn(heard.events)).toBe('say [digits] and ')
  expect(heard.exchange.notes.verdicts).toMatchObject([{ stage: 'output', action: 'block' }])
})

test('a policy that monitors writes down and holds nothing', async () => {
  const monitoring = policy(
    {
      output: [
        { guard: 'digits', action: 'redact' },
        { guard: 'phrase', action: 'block' },
      ],
    },
    { mode: 'monitor' },
  )
  const { events, progress, exchange } = await stream(monitoring, [[text('12')], [text('34 open sesame')]])
  expect(progress).toEqual([1, 2])
  expect(textIn(events)).toBe('1234 open sesame')
  expect(exchange.notes.verdicts).toMatchObject([
    { action: 'block', monitored: true, findings: [{ rule: 'digits.found' }, { rule: 'phrase.found' }] },
  ])
})

test('a guard that needs the whole text holds the stream until its end', async () => {
  const whole = policy({
    output: [
      { guard: 'whole-phrase', action: 'block' },
      { guard: 'digits', action: 'redact' },
    ],
  })
  const passed = await stream(whole, [[text('a 1234')], [text(' b')]])
  expect(passed.progress).toEqual([0, 0])
  expect(textIn(passed.events)).toBe('a [digits] b')
  const refused = await stream(whole, [[text('a open ')], [text('sesame')]])
  expect(refused.events).toEqual([])
  expect(refused.outcome.end).toBe('blocked')
})

test('a guard that answers later pauses the reply meanwhile', async () => {
  const slow = policy({ output: [{ guard: 'slow-digits', action: 'redact' }] })
  const { events, exchange } = await stream(slow, [[text('call 12')], [text('345')], [text('6 now'), usage()]])
  expect(textIn(events)).toBe('call [digits] now')
  expect(exchange.notes.verdicts).toMatchObject([{ action: 'redact' }])
})

test('a stream that broke off is not completed with what was held', async () => {
  const error = new AppError('upstream_failed', 'gone')
  const { events, outcome } = await stream(redacting, [[text('the key is key=abc')]], { end: 'failed', error })
  expect(events).toEqual([])
  expect(outcome).toEqual({ end: 'failed', error })
})

test('not inspected is a verdict, recorded, and fails closed where the policy says so', async () => {
  const stages = {
    output: [
      { guard: 'broken', action: 'block' },
      { guard: 'digits', action: 'redact' },
    ],
  }
  const closed = await stream(policy(stages), [[text('some text 1234. ')], [text('more')]])
  expect(closed.events).toEqual([])
  expect(closed.outcome).toMatchObject({ end: 'failed', error: { code: 'guard_failed' } })
  expect(closed.outcome.error!.message).not.toContain('secret')
  expect(closed.cancelled).toEqual(['guard_failed'])
  expect(closed.exchange.notes.verdicts).toMatchObject([{ stage: 'output', action: 'not-inspected' }])
  const open = await stream(policy(stages, { onFailure: 'open' }), [[text('some text 1234. ')], [text('more')]])
  expect(textIn(open.events)).toBe('some text [digits]. more')
  expect(open.outcome.end).toBe('complete')
  expect(open.exchange.notes.verdicts).toMatchObject([{ action: 'not-inspected' }])
})

test('more held text than the policy inspects is not inspected', async () => {
  const small = { maxCharacters: 1000 }
  const stages = { output: [{ guard: 'whole-phrase', action: 'block' }] }
  const long = Array.from({ length: 300 }, () => [text('12345 ')])
  const closed = await stream(policy(stages, small), long)
  expect(closed.outcome.error?.code).toBe('guard_failed')
  const open = await stream(policy(stages, { ...small, onFailure: 'open' }), long)
  expect(textIn(open.events)).toHaveLength(1800)
})

test('back-pressure reaches the upstream, and its end waits for the reader', () => {
  const calls: string[] = []
  const tap: Tap = { pause: () => calls.push('pause'), resume: () => calls.push('resume') }
  const inner = new PushReply('test', tap)
  const reply = new GuardedReply(exchangeWith(redacting), inner)
  reply.pipe({ events: () => false, end: ({ end }) => calls.push(end) }, 'events')
  expect(inner.pushEvents([text('words. ')])).toBe(false)
  inner.end({ end: 'complete' })
  expect(calls).toEqual(['pause'])
  reply.resume()
  expect(calls).toEqual(['pause', 'complete'])
})

test('a vendor event that cannot be read fails the stream', async () => {
  const garbage = new ReplyEvent(new Uint8Array(1), () => {
    throw new AppError('upstream_failed', 'not JSON')
  })
  const { outcome } = await stream(redacting, [[garbage]])
  expect(outcome).toMatchObject({ end: 'failed', error: { code: 'upstream_failed' } })
})

// ── properties ───────────────────────────────────────────────────────────────────────────────────

const pieces = fc.array(
  fc.constantFrom('1', '23', '4567', '890123', ' ', 'x', 'key=', 'ab', '😀', 'é', 'open', ' sesame', 'open sesame', '汉字', '\r\n'),
  { maxLength: 30 },
)
/** Texts of three lanes, cut anywhere (surrogate pairs too), mixed with usage events, in batches of any size. */
const chunking = fc.record({
  texts: fc.tuple(pieces, pieces, pieces),
  cuts: fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
  mix: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
})
const lanes: readonly [TextPart['lane'], number][] = [
  ['text', 0],
  ['tool-call', 1],
  ['text', 1],
]

function batchesOf(texts: readonly string[], cuts: Iterator<number>, mix: Iterator<number>): ReplyEvent[][] {
  const at = [0, 0, 0]
  const batches: ReplyEvent[][] = [[]]
  while (texts.some((each, lane) => at[lane]! < each.length)) {
    const lane = mix.next().value as number
    if (lane === 3) batches.at(-1)!.push(usage())
    else {
      const length = cuts.next().value as number
      const piece = texts[lane]!.slice(at[lane]!, at[lane]! + length)
      at[lane]! += piece.length
      if (piece) batches.at(-1)!.push(vendorEvent([{ lane: lanes[lane]![0], index: lanes[lane]![1], text: piece }]))
    }
    if ((mix.next().value as number) > 0) batches.push([])
  }
  return batches
}

async function whole(bound: ReturnType<typeof policy>, texts: readonly string[]) {
  const exchange = exchangeWith(bound)
  const parts = texts.map((value, at) => ({ lane: lanes[at]![0], index: lanes[at]![1], text: value }))
  try {
    const reply = await createGuardLayer()(exchange, () => new WholeReply('test', vendorEvent(parts), { end: 'complete' }))
    return { texts: lanes.map(([lane, index]) => textIn([reply.whole!], lane, index)), verdict: exchange.notes.verdicts[0]! }
  } catch {
    return { texts: undefined, verdict: exchange.notes.verdicts[0]! }
  }
}

const byPlace = (findings: readonly { start: number; rule: string; end: number }[]) =>
  findings.map(({ start, end, rule }) => `${String(start).padStart(4, '0')} ${end} ${rule}`).sort()

test('any re-chunking of a stream gives the same verdict and the same redacted text', async () => {
  await fc.assert(
    fc.asyncProperty(chunking, async ({ texts, cuts, mix }) => {
      const joined = texts.map((each) => each.join(''))
      const batches = batchesOf(joined, cuts, mix)
      const heard = await stream(redacting, batches)
      const expected = await whole(redacting, joined)
      expect(lanes.map(([lane, index]) => textIn(heard.events, lane, index))).toEqual(expected.texts)
      const verdict = heard.exchange.notes.verdicts[0]!
      expect(verdict.action).toBe(expected.verdict.action)
      expect(byPlace(verdict.findings)).toEqual(byPlace(expected.verdict.findings))
      expect(heard.events.length).toBe(batches.flat().length)
      const sent = batches.flat()
      for (const [at, event] of heard.events.entries()) {
        const same = event.parts.every((part, n) => part.text === sent[at]!.parts[n]!.text)
        if (same) expect(event).toBe(sent[at])
      }
    }),
    { numRuns: 3000 },
  )
})

test('blocking and streaming agree, and no character of a finding that stopped the stream was ever sent', async () => {
  await fc.assert(
    fc.asyncProperty(chunking, async ({ texts, cuts, mix }) => {
      const joined = texts.map((each) => each.join(''))
      const heard = await stream(blocking, batchesOf(joined, cuts, mix))
      const expected = await whole(blocking, joined)
      expect(heard.exchange.notes.verdicts[0]!.action).toBe(expected.verdict.action)
      if (expected.texts) {
        expect(heard.outcome.end).toBe('complete')
        expect(lanes.map(([lane, index]) => textIn(heard.events, lane, index))).toEqual(expected.texts)
        return
      }
      expect(heard.outcome.end).toBe('blocked')
      for (const [at, [lane, index]] of lanes.entries()) {
        const found = joined[at]!.indexOf('open sesame')
        const clean = found < 0 ? joined[at]! : joined[at]!.slice(0, found)
        const redacted = (await whole(policy({ output: [{ guard: 'digits', action: 'redact' }] }), [clean, '', ''])).texts![0]!
        const sent = textIn(heard.events, lane, index)
        expect(sent.includes('open sesame')).toBe(false)
        expect(redacted.startsWith(sent)).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a stream of one character per event, each its own read, is the same too, with a guard that waits', async () => {
  const slow = policy({
    output: [
      { guard: 'slow-digits', action: 'redact' },
      { guard: 'keys', action: 'redact' },
    ],
  })
  await fc.assert(
    fc.asyncProperty(pieces, async (texts) => {
      const joined = texts.join('')
      const single = Array.from({ length: joined.length }, (_, at) => [text(joined[at]!)])
      const heard = await stream(slow, single)
      expect([textIn(heard.events), '', '']).toEqual((await whole(slow, [joined, '', ''])).texts)
    }),
    { numRuns: 100 },
  )
})

test('what is held stays bounded however long the answer is', async () => {
  let most = 0
  const bound = redacting
  const exchange = exchangeWith(bound)
  const inner = new PushReply('test')
  const reply = new GuardedReply(exchange, inner)
  let out = 0
  const events = (batch: readonly ReplyEvent[]) => {
    out += batch.length
    return true
  }
  reply.pipe({ events, end() {} }, 'events')
  const words = 'the quick brown fox, 12 345 67890 jumps; key=abcdef '.repeat(400)
  for (let at = 0; at < words.length; at++) {
    inner.pushEvents([text(words[at]!)])
    most = Math.max(most, at + 1 - out)
  }
  expect(most).toBeLessThanOrEqual(14)
})
