import type { ChatRequest, EmbedRequest, EventPayload, RerankRequest } from '@gatehouse/contracts'
import {
  type Alone,
  AppError,
  type Caller,
  type Clock,
  drive,
  Exchange,
  emptyNotes,
  type Handler,
  type Models,
  type Outcome,
  PushReply,
  type Receiver,
  type Recorder,
  type Reply,
  type ReplyEvent,
  uuidv7,
  WholeReply,
} from '@gatehouse/kernel'
import { Kept } from './kept.ts'
import { mayCall } from './routes.ts'
import { keepsContent, type RouteTarget, type Snapshot } from './snapshot.ts'

export interface ModelsOptions {
  readonly snapshot: () => Snapshot
  /** The same handler the edge uses for routes. */
  readonly handler: Handler
  readonly record: Recorder
  readonly clock: Clock
}

/** Model calls from inside: the gateway's own pipeline, as whoever they are for, on the same accounts. */
export function createModels({ snapshot, handler, record, clock }: ModelsOptions): Models {
  const run = (exchange: Exchange) =>
    new Promise<Reply>((resolve, reject) => drive(handler, exchange, new Relay(exchange, resolve, reject), record, 'events'))
  const ask = async (request: EmbedRequest | RerankRequest, caller: Caller, signal: AbortSignal | undefined): Promise<EventPayload> => {
    signal?.throwIfAborted()
    const exchange = besides(request, caller, snapshot(), clock)
    if (caller instanceof Exchange) caller.onCancel((reason) => exchange.cancel(reason))
    const stop = () => exchange.cancel(new AppError('cancelled', 'the answer was not waited for'))
    signal?.addEventListener('abort', stop)
    try {
      return (await run(exchange)).whole?.payload ?? { kind: 'raw' }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }
  return {
    chat(request, parent) {
      const exchange = nested(request, parent, routeFor(snapshot(), request.model, parent), clock)
      parent.onCancel((reason) => exchange.cancel(reason))
      return run(exchange)
    },
    async embed(request, caller, signal) {
      const { vectors } = await ask(request, caller, signal)
      if (vectors?.length !== request.inputs.length) throw new AppError('upstream_failed', 'the model gave no vector for some of the texts')
      return vectors
    },
    async rerank(request, caller, signal) {
      const { scores } = await ask(request, caller, signal)
      if (!scores) throw new AppError('upstream_failed', 'the model gave no scores')
      return scores
    },
  }
}

/** Whoever calls names a route by one of its model names, and has no more rights than when calling from outside. */
function routeFor(snapshot: Snapshot, model: string, { project, asker }: Pick<Alone, 'project' | 'asker'>): RouteTarget {
  const route = snapshot.routesOf(project).find('', model)
  const groups = snapshot.consumers.get(`${project}/${asker.consumer}`)?.groups ?? []
  if (route && mayCall(route, asker.consumer, groups)) return route
  throw new AppError('not_found', `the model ${model} does not exist or is not open to ${asker.consumer}`, {
    details: { code: 'model_not_found' },
  })
}

function nested(request: ChatRequest, parent: Exchange, target: RouteTarget, clock: Clock): Exchange {
  const { project, asker, limits } = parent
  const start = { id: uuidv7(clock.now()), parent: parent.id, project, asker, target, request, limits }
  return counted(new Exchange({ ...start, body: new Uint8Array(), notes: emptyNotes('internal') }), parent)
}

/** A call that finds or orders texts. What it reads stands in the documents and in the call it is part of: its content is not kept again. */
function besides(request: EmbedRequest | RerankRequest, caller: Caller, snapshot: Snapshot, clock: Clock): Exchange {
  const { project, asker } = caller
  const route = routeFor(snapshot, request.model, caller)
  const target: RouteTarget = keepsContent(route.content) ? { ...route, content: 'metadata' } : route
  const start = { id: uuidv7(clock.now()), project, asker, target, request, body: new Uint8Array(), notes: emptyNotes('internal') }
  if (caller instanceof Exchange) return counted(new Exchange({ ...start, parent: caller.id, limits: caller.limits }), caller)
  const limits = snapshot.limitsOf(project, asker.consumer)
  return new Exchange({ ...start, limits, ...(caller.inspected && { inspected: true }) })
}

/**
 * What an app used is what its model calls used, with what they cost. Told only: each of them settles its own, so the app settles none of it.
 * Registered before all others, so that it runs last, when usage and cost stand.
 */
function counted(exchange: Exchange, { target, notes: sum }: Exchange): Exchange {
  if (target.kind !== 'app') return exchange
  exchange.defer(({ notes: { usage, cost } }) => {
    if (usage)
      sum.usage = {
        inputTokens: (sum.usage?.inputTokens ?? 0) + usage.inputTokens,
        outputTokens: (sum.usage?.outputTokens ?? 0) + usage.outputTokens,
        source: sum.usage?.source === 'estimated' ? 'estimated' : usage.source,
      }
    if (cost !== undefined) sum.cost = (sum.cost ?? 0) + cost
  })
  return exchange
}

/** Takes the nested reply out of its drive and offers it to the app, its end only when it is on record. */
class Relay implements Receiver {
  readonly #exchange: Exchange
  readonly #resolve: (reply: Reply) => void
  readonly #reject: (reason: Error) => void
  #whole: Reply | undefined
  #offered: PushReply | undefined
  #kept: Kept | undefined

  constructor(exchange: Exchange, resolve: (reply: Reply) => void, reject: (reason: Error) => void) {
    this.#exchange = exchange
    this.#resolve = resolve
    this.#reject = reject
  }

  start(reply: Reply): void {
    const { notes, target } = this.#exchange
    notes.firstByte = Math.round((performance.now() - notes.started) * 1000)
    if (keepsContent(target.content)) this.#kept = new Kept()
    if (this.#kept) notes.replyText = this.#kept.pieces
    if (reply.whole) {
      this.#whole = reply
      this.#keep([reply.whole])
      return
    }
    const tap = { pause: () => reply.pause(), resume: () => reply.resume(), cancel: (reason: AppError) => this.#exchange.cancel(reason) }
    this.#offered = new PushReply(reply.dialect, tap)
    this.#resolve(this.#offered)
  }

  events(batch: readonly ReplyEvent[]): boolean {
    this.#keep(batch)
    return this.#offered!.pushEvents(batch)
  }

  end(outcome: Outcome): void {
    if (this.#offered) this.#offered.end(outcome)
    else if (this.#whole && !outcome.error) this.#resolve(new WholeReply(this.#whole.dialect, this.#whole.whole!, outcome))
    else this.#reject(outcome.error ?? new AppError('internal', 'the model call ended without a reply'))
  }

  #keep(batch: readonly ReplyEvent[]): void {
    if (this.#kept) for (const event of batch) if (event.text) this.#kept.add(event.text)
  }
}
