import { AppError } from './errors.ts'
import type { Outcome } from './exchange.ts'
import type { Reply, ReplyEvent } from './reply.ts'

/** A reply as an async iterable of events, for workflow nodes and tests; never on the hot path. Throws the outcome's error. */
export async function* eventsOf(reply: Reply): AsyncGenerator<ReplyEvent, Outcome> {
  const queue: ReplyEvent[] = []
  let outcome: Outcome | undefined
  let wake: (() => void) | undefined
  const ring = () => wake?.()
  reply.pipe(
    {
      events(batch) {
        queue.push(...batch)
        ring()
        return queue.length < 256
      },
      end(how) {
        outcome = how
        ring()
      },
    },
    'events',
  )
  let done = false
  try {
    for (;;) {
      while (queue.length) yield queue.shift()!
      if (outcome) break
      reply.resume()
      await new Promise<void>((resolve) => {
        wake = resolve
        if (queue.length || outcome) resolve()
      })
    }
    done = true
  } finally {
    if (!done) reply.cancel(new AppError('cancelled', 'the reader left')) // leaving the loop closes the upstream stream too
  }
  if (outcome.error) throw outcome.error
  return outcome
}

/** The answer of the first choice as one string, with how it ended. */
export async function textOf(reply: Reply): Promise<{ text: string; outcome: Outcome }> {
  const events = eventsOf(reply)
  let text = ''
  for (;;) {
    const { value, done } = await events.next()
    if (done) return { text, outcome: value }
    text += value.text
  }
}
