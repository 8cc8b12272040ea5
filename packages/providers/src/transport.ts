import {
  AppError,
  type Exchange,
  type Send,
  type UpstreamControl,
  type UpstreamHandler,
  type UpstreamRequest,
  type Watch,
  Wheel,
} from '@gatehouse/kernel'
import { type Dispatcher, Pool } from 'undici'

export interface TransportOptions {
  /** Connections per origin, each opened when all others carry a request: as many open streams there can be. Further requests wait within their connect deadline. */
  readonly connections?: number
  /** Origins whose connections are kept. */
  readonly origins?: number
  readonly wheel?: Wheel
}
export interface Transport {
  readonly send: Send
  /** Requests begun, under way and ended early, since the start. */
  readonly counts: { begun: number; open: number; aborted: number }
  close(): Promise<void>
}

type Controller = Dispatcher.DispatchController

/** Pooled connections to model vendors; the only place that opens one. Nothing is sent for an exchange without a reservation. */
export function createTransport({ connections = 8192, origins = 64, wheel = new Wheel() }: TransportOptions = {}): Transport {
  const pools = new Map<string, Pool>()
  const counts = { begun: 0, open: 0, aborted: 0 }

  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin)
    if (known) return known
    evict(pools, origins)
    // deadlines are the wheel's: undici's own would be a timer per request
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 15_000,
      connect: { timeout: 60_000 },
    })
    pools.set(origin, pool)
    return pool
  }

  const send: Send = (request, handler, exchange) => {
    refuseUnreserved(exchange)
    counts.begun++
    counts.open++
    const call = new UpstreamCall(request, handler, wheel, counts)
    const dispatched: Dispatcher.DispatchOptions = {
      path: request.path,
      method: request.method,
      headers: request.headers as Record<string, string>,
      body: request.body ?? null,
    }
    poolOf(request.origin).dispatch(dispatched, call)
    return call
  }
  return { send, counts, close: async () => void (await Promise.all([...pools.values()].map((pool) => pool.destroy()))) }
}

/** Invariant 1: no vendor is reached except through the pipeline, with a reservation. */
function refuseUnreserved(exchange: Exchange): void {
  if (!exchange.notes.reservation) throw new AppError('internal', 'a vendor would have been called without a reservation')
}

/** Makes room for one more origin: the longest known one that is idle goes. */
function evict(pools: Map<string, Pool>, most: number): void {
  if (pools.size < most) return
  for (const [origin, pool] of pools)
    if (pool.stats.running === 0 && pool.stats.pending === 0) {
      pools.delete(origin)
      void pool.close()
      return
    }
  throw new AppError('overloaded', `calls to ${most} different vendors are under way; one must end first`)
}

/** One request: undici's callbacks on one side, the provider's handler on the other, four deadlines and one watch between them. */
class UpstreamCall implements UpstreamControl, Dispatcher.DispatchHandler {
  readonly #request: UpstreamRequest
  readonly #handler: UpstreamHandler
  readonly #counts: Transport['counts']
  readonly #watch: Watch
  readonly #wheel: Wheel
  #controller: Controller | undefined
  #stage: 'connect' | 'firstByte' | 'idle' = 'connect'
  #ended = false
  #paused = false

  constructor(request: UpstreamRequest, handler: UpstreamHandler, wheel: Wheel, counts: Transport['counts']) {
    this.#request = request
    this.#handler = handler
    this.#counts = counts
    this.#wheel = wheel
    this.#watch = wheel.watch(request.timeouts.connect, () => this.#expired())
    this.#watch.last = wheel.now + request.timeouts.total
  }

  pause(): void {
    this.#paused = true
    this.#controller?.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#watch.touch() // the time the reader was slow is not the vendor's
    this.#controller?.resume()
  }

  abort(reason: Error): void {
    if (this.#ended) return
    this.#counts.aborted++
    this.#end()
    this.#controller?.abort(reason)
    this.#handler.fail(reason)
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.#ended) controller.abort(new AppError('cancelled', 'ended before it was sent'))
    else this.#enter('firstByte')
  }

  onResponseStart(_controller: Controller, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (this.#ended || status < 200) return
    this.#enter('idle')
    this.#guarded(() => this.#handler.head(status, headers as Record<string, string>))
  }

  onResponseData(controller: Controller, read: Buffer): void {
    if (this.#ended) return
    this.#watch.touch()
    try {
      if (!this.#handler.data(read) && !this.#ended) this.pause()
    } catch (thrown) {
      this.abort(thrown as Error)
      if (!controller.aborted) controller.abort(thrown as Error)
    }
  }

  onResponseEnd(): void {
    if (this.#ended) return
    this.#end()
    this.#guarded(() => this.#handler.end())
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#ended) return
    this.#end()
    this.#handler.fail(broken(error))
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.abort(thrown as Error)
    }
  }

  #enter(stage: 'firstByte' | 'idle'): void {
    this.#stage = stage
    this.#watch.restart(this.#request.timeouts[stage])
  }

  /** The stage's deadline has passed, or the total. */
  #expired(): void {
    const over = this.#wheel.now >= this.#watch.last
    if (this.#paused && !over) this.#watch.restart(this.#request.timeouts.idle)
    else this.abort(new AppError('timeout', over ? tooLong : slow[this.#stage], { details: { stage: over ? 'total' : this.#stage } }))
  }

  #end(): void {
    this.#ended = true
    this.#counts.open--
    this.#watch.stop()
  }
}

const tooLong = 'the vendor took longer than the total time allowed'
const slow = {
  connect: 'no connection to the vendor within the time allowed',
  firstByte: 'the vendor did not begin to answer within the time allowed',
  idle: 'the vendor stopped in the middle of its answer',
}

/** Says what happened in our words: the vendor's host is nobody's business. */
function broken(error: Error): AppError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EHOSTUNREACH')
    return new AppError('upstream_failed', 'the vendor cannot be reached', { cause: error })
  if (error.name === 'HTTPParserError') return new AppError('upstream_failed', 'the vendor sent what is not HTTP', { cause: error })
  if (code === 'UND_ERR_INVALID_ARG')
    return new AppError('internal', 'the request to the vendor holds what cannot be sent', { cause: error })
  if (code.startsWith('UND_ERR_CONNECT')) return new AppError('timeout', slow.connect, { cause: error })
  return new AppError('upstream_failed', 'the connection to the vendor broke', { cause: error })
}
