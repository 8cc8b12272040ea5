import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { eventsOf, textOf } from './events-of.ts'
import { Exchange, emptyNotes, type Outcome } from './exchange.ts'
import { compose, drive, type Layer, type Receiver, type Recorder } from './pipeline.ts'
import { PushReply } from './push-reply.ts'
import { ReplyEvent, WholeReply } from './reply.ts'

const exchange = () =>
  new Exchange({
    id: 'call',
    project: 'default',
    asker: { consumer: 'tests', principals: [] },
    target: { kind: 'route', name: 'assistant', content: 'off', policy: { id: 'none@0', spec: {} as never, stages: {} } },
    request: { operation: 'chat', model: 'assistant', messages: [], stream: true, raw: {} },
    body: new Uint8Array(),
    limits: [],
    notes: emptyNotes('test'),
  })
const text = (value: string) => new ReplyEvent({ kind: 'text', parts: [{ lane: 'text', index: 0, text: value }] })
const complete: Outcome = { end: 'complete', finish: 'stop' }
const recordNow: Recorder = (_exchange, _outcome, written) => written()

function receiver(log: string[]): Receiver {
  return {
    start: (reply) => log.push(reply.whole ? `whole ${reply.whole.text}` : 'start'),
    events: (batch) => {
      log.push(...batch.map((event) => event.text))
      return true
    },
    end: (outcome) => log.push(outcome.error ? `${outcome.end} ${outcome.error.code}` : outcome.end),
  }
}

test('the first layer is the outermost: it sees the request first and the reply last', async () => {
  const log: string[] = []
  const layer =
    (name: string): Layer =>
    async (given, next) => {
      log.push(`${name} in`)
      const reply = await next(given)
      log.push(`${name} out`)
      return reply
    }
  const handler = compose([layer('a'), layer('b')], () => new WholeReply('test', text('hi'), complete))
  const given = exchange()
  await handler(given)
  expect(log).toEqual(['a in', 'b in', 'b out', 'a out'])
  expect(given.notes.marks).toHaveLength(2)
})

test('deferred ends run once, the last registered first, before the record, and the record before the last byte', () => {
  const log: string[] = []
  const given = exchange()
  const handler = compose(
    [
      (each, next) => {
        each.defer(() => log.push('settle'))
        return next(each)
      },
      (each, next) => {
        each.defer(() => log.push('breaker'))
        return next(each)
      },
    ],
    () => new WholeReply('test', text('hi'), complete),
  )
  drive(handler, given, receiver(log), (_exchange, _outcome, written) => {
    log.push('record')
    written()
  })
  expect(log).toEqual(['whole hi', 'breaker', 'settle', 'record', 'complete'])
})

test('a rejection before the first byte ends as failed, settled and recorded', async () => {
  const log: string[] = []
  const given = exchange()
  given.defer(() => log.push('released'))
  drive(async () => Promise.reject(new AppError('upstream_failed', 'no')), given, receiver(log), recordNow)
  await new Promise(setImmediate)
  expect(log).toEqual(['released', 'failed upstream_failed'])
})

test('what was pushed before somebody listened comes first, then live', () => {
  const log: string[] = []
  const reply = new PushReply('test')
  reply.pushEvents([text('one')])
  drive(() => reply, exchange(), receiver(log), recordNow)
  reply.pushEvents([text('two')])
  reply.end(complete)
  reply.end({ end: 'failed' })
  expect(log).toEqual(['start', 'one', 'two', 'complete'])
})

test('cancelling an exchange reaches the upstream at once and ends the reply, also while it is paused', () => {
  const log: string[] = []
  const given = exchange()
  const reply = new PushReply('test', { cancel: (reason) => log.push(`upstream ${reason.code}`) })
  drive(() => reply, given, { ...receiver(log), events: () => false }, recordNow)
  reply.pushEvents([text('one')])
  given.cancel(new AppError('cancelled', 'the caller left'))
  expect(log).toEqual(['start', 'upstream cancelled', 'cancelled cancelled'])
})

test('a full sink pauses the producer, and its resume sets it going again', async () => {
  const calls: string[] = []
  const reply = new PushReply('test', { pause: () => calls.push('pause'), resume: () => calls.push('resume') })
  reply.pipe({ events: () => false, end: () => calls.push('end') }, 'events')
  expect(reply.pushEvents([text('one')])).toBe(false)
  const ready = reply.ready()
  reply.resume()
  await ready
  expect(calls).toEqual(['pause', 'resume'])
})

test('an end that arrives while paused waits for the reader', () => {
  const ends: string[] = []
  const reply = new PushReply('test')
  reply.pipe({ events: () => false, end: () => ends.push('end') }, 'events')
  reply.pushEvents([text('one')])
  reply.end(complete)
  expect(ends).toEqual([])
  reply.resume()
  expect(ends).toEqual(['end'])
})

test('leaving the loop over a reply closes the upstream', async () => {
  const calls: string[] = []
  const reply = new PushReply('test', { cancel: () => calls.push('cancelled') })
  reply.pushEvents([text('one'), text('two')])
  for await (const event of eventsOf(reply)) if (event.text === 'one') break
  expect(calls).toEqual(['cancelled'])
})

test('a reply as text, with how it ended; a failed one throws its error', async () => {
  const good = new PushReply('test')
  good.pushEvents([text('a'), text('b')])
  good.end(complete)
  await expect(textOf(good)).resolves.toEqual({ text: 'ab', outcome: complete })
  const bad = new PushReply('test')
  bad.pushEvents([text('a')])
  bad.end({ end: 'failed', error: new AppError('upstream_failed', 'broken') })
  await expect(textOf(bad)).rejects.toThrow('broken')
})
