import type { AppError, Exchange } from '@gatehouse/kernel'
import type { Pipeline } from './pipeline.ts'

/** The calls that are under way: a stop waits for them, and ends those that take too long. Calls that an app makes belong to the app's. */
export class OpenCalls {
  /** A plain list, each call knowing its place: V8 chains the outgrown tables of a Set, so one that every call enters and leaves would keep them all
   * until the next full collection. */
  readonly #calls: Exchange[] = []
  #waiting: (() => void)[] = []

  get size(): number {
    return this.#calls.length
  }

  get streams(): number {
    let count = 0
    for (const { request } of this.#calls) if (request.stream) count++
    return count
  }

  begin(exchange: Exchange): void {
    if (exchange.openAt >= 0) return
    exchange.openAt = this.#calls.length
    this.#calls.push(exchange)
  }

  end(exchange: Exchange): void {
    if (exchange.openAt < 0) return
    const last = this.#calls.pop()!
    if (last !== exchange) {
      this.#calls[exchange.openAt] = last
      last.openAt = exchange.openAt
    }
    exchange.openAt = -1
    if (this.#calls.length === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Ends them all, with their upstreams; each still gets its record and its caller an error. */
  cancel(reason: AppError): number {
    const calls = [...this.#calls]
    for (const exchange of calls) exchange.cancel(reason)
    return calls.length
  }

  /** Resolves when none is under way. */
  idle(): Promise<void> {
    return this.#calls.length === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }
}

/** The same pipeline; a call is open from its first layer until its record is written. */
export function countingOpen(pipeline: Pipeline, open: OpenCalls): Pipeline {
  const { route, app, record } = pipeline
  return {
    ...pipeline,
    route(exchange) {
      open.begin(exchange)
      return route(exchange)
    },
    app(exchange) {
      open.begin(exchange)
      return app(exchange)
    },
    record: (exchange, outcome, written) =>
      record(exchange, outcome, (failure) => {
        open.end(exchange)
        written(failure)
      }),
  }
}
