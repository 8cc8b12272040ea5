import {
  type Amounts,
  AppError,
  type Clock,
  type Counters,
  type Exchange,
  type Handler,
  type Layer,
  type Limit,
  type Outcome,
  type Reserved,
  textOfContent,
} from '@gatehouse/kernel'
import type { RouteTarget } from '../snapshot.ts'

/** A hold outlives the longest call by a minute; whatever is left then is released. */
const grace = 60_000
const longestApp = 3_600_000

/**
 * Reserves before and settles afterwards, on the consumer's accounts. Every call is on the ledger, also of a consumer without limits:
 * nothing is sent to a vendor without a reservation. An app call reserves requests and concurrency, the model calls it makes reserve tokens
 * on the same accounts: nothing is counted twice.
 */
export function createLimit({ counters, clock }: { counters: Counters; clock: Clock }): Layer {
  /** The last of the deferred ends, so that it sees what the others noted. */
  const settle = (exchange: Exchange, outcome: Outcome) => {
    const { notes } = exchange
    if (!notes.usage && outcome.usage) notes.usage = outcome.usage
    if (!notes.reservation) return
    const tokens = exchange.target.kind === 'route' && notes.usage ? notes.usage.inputTokens + notes.usage.outputTokens : 0
    notes.reservation.settled = tokens
    const settled = counters.settle(notes.reservation.id, exchange.parent === undefined ? { requests: 1, tokens } : { tokens })
    if (settled instanceof Promise) settled.catch(() => {}) // an unsettled hold expires by itself
  }
  const admit = (exchange: Exchange, next: Handler, tokens: number, reserved: Reserved) => {
    if (!reserved.granted) throw exceeded(reserved.limit, reserved.retryAt)
    exchange.notes.reservation = { id: exchange.id, reserved: tokens, settled: 0 }
    exchange.defer(settle)
    return next(exchange)
  }
  return function limit(exchange, next) {
    const tokens = exchange.target.kind === 'route' ? tokensOf(exchange) : 0
    const estimate = estimateOf(exchange, tokens)
    const all = exchange.limits.length === 0 || (exchange.target.kind === 'route' && exchange.parent === undefined)
    const limits = all ? exchange.limits : exchange.limits.filter(({ unit }) => unit in estimate)
    const total = exchange.target.kind === 'route' ? (exchange.target as RouteTarget).timeouts.total : longestApp
    const reserved = counters.reserve({ id: exchange.id, limits, estimate, expiresAt: clock.now() + total + grace })
    if (reserved instanceof Promise) return reserved.then((answer) => admit(exchange, next, tokens, answer))
    return admit(exchange, next, tokens, reserved)
  }
}

function estimateOf(exchange: Exchange, tokens: number): Amounts {
  if (exchange.target.kind === 'app') return { requests: 1, concurrency: 1 }
  return exchange.parent === undefined ? { requests: 1, concurrency: 1, tokens } : { tokens }
}

/** At most: the whole answer allowed, and the prompt at three bytes a token. */
function tokensOf({ request, body, target }: Exchange): number {
  if (request.operation === 'embed') return inputTokens(request.inputs)
  // a reranker reads the query beside every document
  if (request.operation === 'rerank') return inputTokens(request.documents) + request.documents.length * inputTokens([request.query])
  if (request.operation !== 'chat') return 0
  let bytes = body.length
  if (bytes === 0) for (const { content } of request.messages) bytes += Buffer.byteLength(textOfContent(content))
  return (request.maxTokens ?? (target as RouteTarget).maxTokens) + Math.ceil(bytes / 3)
}

const inputTokens = (texts: readonly string[]): number => Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 3)

const words = { requests: 'requests a minute', tokens: 'tokens a minute', concurrency: 'requests at once', money: 'money' }

function exceeded({ id, unit, most }: Limit, retryAt: number): AppError {
  return new AppError('quota_exceeded', `the limit of ${most} ${words[unit]} is reached`, { details: { limit: id, retryAt } })
}
