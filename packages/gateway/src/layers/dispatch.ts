import type { ChatRequest, EmbedRequest, RerankRequest } from '@gatehouse/contracts'
import { AppError, type Call, canonicalOf, type Exchange, type Handler, type Reply, type Send, toAppError } from '@gatehouse/kernel'
import { withParameters } from '../parameters.ts'
import type { RouteTarget, RouteTargetEntry } from '../snapshot.ts'
import { estimateReply } from './estimate.ts'
import { withReasoning } from './reasoning.ts'

/** The only provider that may see retrieved passages beside the prompt: it runs in this process. */
const builtIn = 'provider.builtin'

/**
 * The core of a model call: chooses a target by priority and weight, and goes on to the next one when a vendor fails before its first byte.
 * Afterwards the answer has begun and stays with its vendor.
 */
export function createDispatch({ send, random = Math.random }: { send: Send; random?: () => number }): Handler {
  /** `tries` counts those of this target: each of its credentials has one. */
  const attempt = (exchange: Exchange, order: readonly RouteTargetEntry[], at: number, tries = 1): Reply | Promise<Reply> => {
    if (exchange.cancelled) throw exchange.cancelled
    const entry = order[at]!
    const model = modelFor(entry, (exchange.request as Served).model)
    const secret = entry.keys.take(Date.now())
    const dropped: string[] = []
    const begun = performance.now()
    const succeeded = (reply: Reply) => {
      note(exchange, entry, model, begun, dropped)
      const price = entry.prices.get(model)
      if (price) exchange.defer(priced(price))
      return withReasoning(reply, (exchange.target as RouteTarget).reasoning)
    }
    const failed = (thrown: unknown) => {
      const error = toAppError(thrown)
      note(exchange, entry, model, begun, dropped, error)
      const isKeys = entry.keys.failed(secret, error, Date.now())
      if (isKeys && tries < entry.keys.size && !exchange.cancelled) return attempt(exchange, order, at, tries + 1)
      if (at + 1 < order.length && mayTryNext(error) && !exchange.cancelled) return attempt(exchange, order, at + 1)
      throw error
    }
    let reply: Reply | Promise<Reply>
    try {
      reply = serve(exchange, entry, { model, secret, send, dropped: (fields) => void dropped.push(...fields) })
    } catch (thrown) {
      return failed(thrown)
    }
    return reply instanceof Promise ? reply.then(succeeded, failed) : succeeded(reply)
  }
  return function dispatch(exchange) {
    const { targets, name } = exchange.target as RouteTarget
    const offering = offeringOf(exchange, targets)
    if (offering.length === 0) throw new AppError('internal', `the route ${name} has no target`)
    return attempt(exchange, offering.length === 1 ? offering : orderOf(offering, random), 0)
  }
}

type Served = ChatRequest | EmbedRequest | RerankRequest
const offered = { chat: 'chat', embed: 'embeddings', rerank: 'reranking' } as const

/** Those targets whose vendor offers the operation at all. */
function offeringOf({ request: { operation } }: Exchange, targets: readonly RouteTargetEntry[]): readonly RouteTargetEntry[] {
  if (operation === 'chat') return targets
  if (operation !== 'embed' && operation !== 'rerank') throw new AppError('unsupported', `a route does not serve ${operation}`)
  const able = targets.filter(({ provider }) => provider[operation] !== undefined)
  if (able.length > 0 || targets.length === 0) return able
  const vendors = [...new Set(targets.map(({ name }) => name))].join(', ')
  throw new AppError('unsupported', `no provider of this route offers ${offered[operation]} (it has: ${vendors})`)
}

/** A table of names first, then the target's one model, then the caller's own word. */
const modelFor = ({ model, modelMap }: RouteTargetEntry, asked: string): string => modelMap?.(asked) ?? model ?? asked

/** The exchange with parameters as the target wants them; its body is written anew when one of them changed. */
function withChanges(exchange: Exchange, { parameters }: RouteTargetEntry): Exchange {
  if (!parameters) return exchange
  const request = withParameters(exchange.request as Served, parameters)
  return request === exchange.request ? exchange : exchange.with({ request, body: noBytes })
}

type Own = Pick<Call, 'model' | 'secret' | 'send' | 'dropped'>

function serve(received: Exchange, entry: RouteTargetEntry, own: Own): Reply | Promise<Reply> {
  const exchange = withChanges(received, entry)
  const { request } = exchange
  const call: Call = { ...own, timeouts: (exchange.target as RouteTarget).timeouts, exchange }
  if (request.operation === 'embed') return entry.provider.embed!(request, call)
  if (request.operation === 'rerank') return entry.provider.rerank!(request, call)
  const asked = requestFor(exchange, entry)
  if (!asked.dialect) return entry.provider.chat(asked, call)
  return inDialect(asked, asked.dialect.name, entry, call)
}

const noBytes = new Uint8Array()
/** A request that is not in the canonical form: as it is for a vendor of its dialect, translated for every other. */
function inDialect(request: ChatRequest, dialect: string, { provider }: RouteTargetEntry, call: Call): Reply | Promise<Reply> {
  const isOwn = provider.dialect === dialect
  if (request.counts) return isOwn && provider.countTokens ? provider.countTokens(request, call) : estimateReply(request)
  if (isOwn) return provider.chat(request, call)
  const canonical = canonicalOf(request)
  return provider.chat(canonical, { ...call, exchange: call.exchange.with({ request: canonical, body: noBytes }) })
}

/** The request as the provider gets it: with the route's limit where the caller named none, and never with sources for a vendor. */
function requestFor(exchange: Exchange, { use }: RouteTargetEntry): ChatRequest {
  const request = exchange.request as ChatRequest
  const { maxTokens } = exchange.target as RouteTarget
  const limited = request.maxTokens === undefined ? { ...request, maxTokens } : request
  if (use === builtIn || (limited.sources === undefined && limited.termWeights === undefined)) return limited
  const { sources: _, termWeights: __, ...rest } = limited
  return rest
}

/** Lowest priority first; among equals the heavier ones more often come first. */
export function orderOf(targets: readonly RouteTargetEntry[], random: () => number): readonly RouteTargetEntry[] {
  return targets
    .map((entry) => ({ entry, draw: entry.weight > 0 ? -Math.log(1 - random()) / entry.weight : Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.entry.priority - b.entry.priority || a.draw - b.draw)
    .map(({ entry }) => entry)
}

/** The vendor's fault, not the caller's: 5xx, 429, no connection, too slow, no answer one can read; or a call only another dialect has a place for. */
const mayTryNext = ({ code, details }: AppError): boolean =>
  code === 'upstream_failed' || code === 'timeout' || details.upstream === 429 || details.elsewhere === true

/** `duration` is until the first byte, or until it failed. */
function note(
  exchange: Exchange,
  { name: provider }: RouteTargetEntry,
  model: string,
  begun: number,
  dropped: readonly string[],
  error?: AppError,
): void {
  const status = error?.details.upstream
  exchange.notes.attempts.push({
    provider,
    model,
    at: Date.now(),
    duration: Math.round((performance.now() - begun) * 1000),
    ...(typeof status === 'number' && { status }),
    ...(error && { error: error.code }),
    ...(dropped.length > 0 && { dropped }),
  })
}

/** A price per million tokens times tokens is millionths of the currency. */
const priced =
  ({ input, output }: { input: number; output: number }) =>
  ({ notes }: Exchange, outcome: { usage?: { inputTokens: number; outputTokens: number } }) => {
    const usage = notes.usage ?? outcome.usage
    if (usage) notes.cost = Math.round(usage.inputTokens * input + usage.outputTokens * output)
  }
