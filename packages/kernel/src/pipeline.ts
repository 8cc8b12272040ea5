import { toAppError } from './errors.ts'
import type { Exchange, Outcome } from './exchange.ts'
import type { Face, Reply, ReplyEvent, ReplySink } from './reply.ts'

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>
/** A plain function unless it really awaits. Its `name` is what traces show. */
export type Layer = (exchange: Exchange, next: Handler) => Reply | Promise<Reply>

/** The first layer is the outermost: it sees the request first and the reply last. */
export const compose = (layers: readonly Layer[], core: Handler): Handler =>
  layers.reduceRight<Handler>(
    (next, layer, at) => (exchange) => {
      exchange.notes.marks[at] = performance.now()
      return layer(exchange, next)
    },
    core,
  )

/** Takes a reply out of the pipeline. */
export interface Receiver {
  /** The reply stands; headers may go out. A whole one is complete here: `end` still follows. */
  start(reply: Reply): void
  /** The streaming side; not called for a whole reply. */
  bytes?(read: Uint8Array): boolean
  events(batch: readonly ReplyEvent[]): boolean
  /** Everything is settled and on record; the last byte may go out now. Exactly once, also when the promise rejected. */
  end(outcome: Outcome): void
}

/** Writes the facts of an ended exchange down and then calls back. */
export type Recorder = (exchange: Exchange, outcome: Outcome, written: (failure?: Error) => void) => void

/**
 * Runs an exchange to its end, whatever happens: handler → reply → deferred ends → record → `receiver.end`.
 * The edge and the port `Models` both drive exchanges through here, so none ends without its record.
 */
export function drive(handler: Handler, exchange: Exchange, receiver: Receiver, record: Recorder, face: Face = 'bytes'): void {
  let ended = false
  const end = (outcome: Outcome) => {
    if (ended) return
    ended = true
    let final = outcome
    try {
      exchange.finish(outcome)
    } catch (thrown) {
      final = { end: 'failed', error: toAppError(thrown) }
    }
    record(exchange, final, (failure) => receiver.end(failure ? { end: 'failed', error: toAppError(failure) } : final))
  }
  const fail = (thrown: unknown) => {
    const error = toAppError(thrown)
    end({ end: error.code === 'blocked' ? 'blocked' : error.code === 'cancelled' ? 'cancelled' : 'failed', error })
  }
  const take = (reply: Reply) => {
    try {
      receiver.start(reply)
      if (reply.whole && reply.outcome) return end(reply.outcome)
      const sink: ReplySink = { events: (batch) => receiver.events(batch), end }
      if (receiver.bytes) sink.bytes = (read) => receiver.bytes!(read)
      exchange.onCancel((reason) => reply.cancel(reason))
      reply.pipe(sink, face)
    } catch (thrown) {
      fail(thrown)
    }
  }
  try {
    const reply = handler(exchange)
    if (reply instanceof Promise) reply.then(take, fail)
    else take(reply)
  } catch (thrown) {
    fail(thrown)
  }
}
