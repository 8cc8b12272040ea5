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
import type { Connection } from './http/connection.ts'
import { type Carried, OriginPool } from './http/pool.ts'
import { headOf } from './http/request-head.ts'
import type { Headers } from './http/response-parser.ts'

export interface TransportOptions {
  /** Connections per origin; further requests wait within their connect deadline. */
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

const sweepEvery = 5000

/** Pooled connections to model vendors; the only place that opens one. Nothing is sent for an exchange without a reservation. */
export function createTransport({ connections = 8192, origins = 64, wheel = new Wheel() }: TransportOptions = {}): Transport {
  const pools = new Map<string, OriginPool>()
  const counts = { begun: 0, open: 0, aborted: 0 }
  let sweep: NodeJS.Timeout | undefined

  const poolOf = (origin: string): OriginPool => {
    const known = pools.get(origin)
    if (known) return known
    evict(pools, origins)
    const pool = new OriginPool(origin, connections)
    pools.set(origin, pool)
    sweep ??= setInterval(() => {
      for (const each of pools.values()) each.sweep(performance.now())
    }, sweepEvery).unref()
    return pool
  }

  const send: Send = (request, handler, exchange) => {
    refuseUnreserved(exchange)
    const pool = poolOf(request.origin)
    const call = new UpstreamCall(request, handler, wheel, counts)
    counts.begun++
    counts.open++
    pool.send(call)
    return call
  }
  const close = async () => {
    clearInterval(sweep)
    for (const pool of pools.values()) pool.destroy()
    pools.clear()
  }
  return { send, counts, close }
}

/** Invariant 1: no vendor is reached except through the pipeline, with a reservation. */
function refuseUnreserved(exchange: Exchange): void {
  if (!exchange.notes.reservation) throw new AppError('internal', 'a vendor would have been called without a reservation')
}

/** Makes room for one more origin: the longest known one that is idle goes. */
function evict(pools: Map<string, OriginPool>, most: number): void {
  if (pools.size < most) return
  for (const [origin, pool] of pools)
    if (pool.isQuiet) {
      pools.delete(origin)
      pool.destroy()
      return
    }
  throw new AppError('overloaded', `calls to ${most} different vendors are under way; one must end first`)
}

/** One request: its connection on one side, the provider's handler on the other, four deadlines and one watch between them. */
class UpstreamCall implements UpstreamControl, Carried {
  readonly head: string
  readonly body: Uint8Array | undefined
  readonly #request: UpstreamRequest
  readonly #handler: UpstreamHandler
  readonly #counts: Transport['counts']
  readonly #watch: Watch
  readonly #wheel: Wheel
  #connection: Connection | undefined
  #stage: 'connect' | 'firstByte' | 'idle' = 'connect'
  #ended = false
  #paused = false

  constructor(request: UpstreamRequest, handler: UpstreamHandler, wheel: Wheel, counts: Transport['counts']) {
    const { body } = request
    this.body = typeof body === 'string' ? Buffer.from(body) : body
    this.head = headOf(request, this.body?.length)
    this.#request = request
    this.#handler = handler
    this.#counts = counts
    this.#wheel = wheel
    this.#watch = wheel.watch(request.timeouts.connect, () => this.#expired())
    this.#watch.last = wheel.now + request.timeouts.total
  }

  get isOver(): boolean {
    return this.#ended
  }

  pause(): void {
    this.#paused = true
    this.#connection?.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#watch.touch() // the time the reader was slow is not the vendor's
    if (!this.#ended) this.#connection?.resume()
  }

  abort(reason: Error): void {
    if (this.#ended) return
    this.#counts.aborted++
    this.#end()
    this.#connection?.destroy()
    this.#handler.fail(reason)
  }

  carriedBy(connection: Connection): void {
    this.#connection = connection
  }

  written(): void {
    this.#enter('firstByte')
  }

  answered(status: number, headers: Headers): void {
    if (this.#ended) return
    this.#enter('idle')
    this.#guarded(() => this.#handler.head(status, headers))
  }

  received(read: Buffer): void {
    if (this.#ended) return
    this.#watch.touch()
    try {
      if (!this.#handler.data(read) && !this.#ended) this.pause()
    } catch (thrown) {
      this.abort(thrown as Error)
    }
  }

  done(): void {
    if (this.#ended) return
    this.#end()
    this.#guarded(() => this.#handler.end())
  }

  broken(error: Error): void {
    if (this.#ended) return
    this.#end()
    this.#handler.fail(brokenBy(error))
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      if (this.#ended) this.#handler.fail(thrown as Error)
      else this.abort(thrown as Error)
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
function brokenBy(error: Error): AppError {
  if (error instanceof AppError) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (unreachable.has(code)) return new AppError('upstream_failed', 'the vendor cannot be reached', { cause: error })
  if (code === 'ETIMEDOUT') return new AppError('timeout', slow.connect, { cause: error })
  return new AppError('upstream_failed', 'the connection to the vendor broke', { cause: error })
}
const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
