import { type AppError, type Face, type Outcome, type Reply, type ReplySink, toAppError } from '@gatehouse/kernel'

/** Passes a reply on as it is, collects its text, and lets it end only when that is kept. */
export class KeptReply implements Reply {
  readonly status: number
  readonly dialect: string
  readonly #inner: Reply
  readonly #keep: (answer: string, outcome: Outcome) => Promise<void>
  #answer = ''

  constructor(inner: Reply, keep: (answer: string, outcome: Outcome) => Promise<void>) {
    this.#inner = inner
    this.#keep = keep
    this.status = inner.status
    this.dialect = inner.dialect
  }

  pipe(sink: ReplySink, _face: Face): void {
    this.#inner.pipe(
      {
        events: (batch) => {
          for (const event of batch) if (!event.payload.transient) this.#answer += event.text
          return sink.events(batch)
        },
        end: (outcome) => {
          this.#keep(this.#answer, outcome).then(
            () => sink.end(outcome),
            // what could not be kept is not said to have gone well
            (thrown: unknown) => sink.end(outcome.end === 'complete' ? { end: 'failed', error: toAppError(thrown) } : outcome),
          )
        },
      },
      'events',
    )
  }
  pause(): void {
    this.#inner.pause()
  }
  resume(): void {
    this.#inner.resume()
  }
  cancel(reason: AppError): void {
    this.#inner.cancel(reason)
  }
}
