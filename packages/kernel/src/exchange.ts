import type {
  Asker,
  Attempt,
  CallRecord,
  Citation,
  ContentLevel,
  Request,
  RetrievalRecord,
  StageVerdict,
  TimedAppEvent,
  Usage,
} from '@gatehouse/contracts'
import type { AppError } from './errors.ts'
import type { BoundPolicy } from './guard/guard.ts'
import type { Limit } from './ports.ts'

/** What an exchange is for: a route to models, or an app. Resolved and frozen when the configuration was compiled. */
export interface Target {
  readonly kind: 'route' | 'app'
  readonly name: string
  readonly policy: BoundPolicy
  readonly content: ContentLevel
}

/** How a reply ended. `complete` means the upstream said so itself: a stream that died never looks complete. */
export interface Outcome {
  readonly end: CallRecord['end']
  readonly finish?: string
  readonly usage?: Usage
  readonly error?: AppError
}

/** What the layers write down for the record. The only mutable part of an exchange. */
export interface Notes {
  /** `performance.now()` when the first byte of the request was seen. */
  readonly started: number
  /** One `performance.now()` per layer, in order of the list. */
  readonly marks: number[]
  readonly attempts: Attempt[]
  readonly verdicts: StageVerdict[]
  readonly retrieval: RetrievalRecord[]
  readonly run: TimedAppEvent[]
  citations?: readonly Citation[]
  key?: string
  dialect: string
  status: number
  firstByte?: number
  usage?: Usage
  cost?: number
  reservation?: { id: string; reserved: number; settled: number }
  conversation?: string
  message?: string
  /** Kept for the content store when the target's level asks for it; bounded by whoever fills it. */
  replyText?: string | readonly Uint8Array[]
}

export type End = (exchange: Exchange, outcome: Outcome) => void

/** What all copies of one exchange share. */
interface Shared {
  readonly ends: End[]
  readonly cancels: ((reason: AppError) => void)[]
  reason?: AppError
  controller?: AbortController
}

export interface ExchangeStart {
  readonly id: string
  readonly parent?: string
  readonly project: string
  readonly asker: Asker
  readonly target: Target
  readonly request: Request
  /** As received; sent on untouched when nothing changed it. Empty when there was none. */
  readonly body: Uint8Array
  /** The ledger's limits that this call counts against. */
  readonly limits: readonly Limit[]
  readonly notes: Notes
  /** Its texts went through the guards already: they are not inspected again. */
  readonly inspected?: boolean
}

export const emptyNotes = (dialect: string, started: number = performance.now()): Notes => ({
  started,
  marks: [],
  attempts: [],
  verdicts: [],
  retrieval: [],
  run: [],
  dialect,
  status: 200,
})

/**
 * One request and its reply. The edge has decoded, matched, identified and authorised before there is one, so it starts complete.
 * Read-only: a layer that changes the request passes a copy (`with`) to `next`; copies share notes, ends and cancel.
 */
export class Exchange implements ExchangeStart {
  readonly id: string
  readonly parent?: string
  readonly project: string
  readonly asker: Asker
  readonly target: Target
  readonly request: Request
  readonly body: Uint8Array
  readonly limits: readonly Limit[]
  readonly notes: Notes
  readonly inspected?: boolean
  /** Where it stands in the list of open calls, for whoever keeps one; -1 when it does not. */
  openAt = -1
  readonly #shared: Shared

  constructor(start: ExchangeStart, shared: Shared = { ends: [], cancels: [] }) {
    this.id = start.id
    if (start.parent !== undefined) this.parent = start.parent
    this.project = start.project
    this.asker = start.asker
    this.target = start.target
    this.request = start.request
    this.body = start.body
    this.limits = start.limits
    this.notes = start.notes
    if (start.inspected) this.inspected = true
    this.#shared = shared
  }

  /** A copy with another request or body. A body of zero bytes means: encode the request anew. */
  with(change: { request?: Request; body?: Uint8Array }): Exchange {
    return new Exchange({ ...this, ...change }, this.#shared)
  }

  /** Runs once when the reply has ended, however it ended; the last registered first. For layers that only need the end. */
  defer(end: End): void {
    this.#shared.ends.push(end)
  }

  /** Called by the driver, once. An end that throws does not keep the others from running; the first error is thrown afterwards. */
  finish(outcome: Outcome): void {
    let failure: unknown
    for (let end = this.#shared.ends.pop(); end; end = this.#shared.ends.pop())
      try {
        end(this, outcome)
      } catch (thrown) {
        failure ??= thrown
      }
    if (failure !== undefined) throw failure
  }

  /** Reaches the upstream at once. The first reason stays. */
  cancel(reason: AppError): void {
    if (this.#shared.reason) return
    this.#shared.reason = reason
    for (const cancel of this.#shared.cancels.splice(0)) cancel(reason)
    this.#shared.controller?.abort(reason)
  }

  /** Called at once when the exchange is cancelled already. */
  onCancel(cancel: (reason: AppError) => void): void {
    if (this.#shared.reason) cancel(this.#shared.reason)
    else this.#shared.cancels.push(cancel)
  }

  get cancelled(): AppError | undefined {
    return this.#shared.reason
  }

  /** For code that wants an AbortSignal; made on first use, because the hot path needs none. */
  get signal(): AbortSignal {
    this.#shared.controller ??= new AbortController()
    if (this.#shared.reason) this.#shared.controller.abort(this.#shared.reason)
    return this.#shared.controller.signal
  }
}
