import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppRequest, CallRecord, ChatRequest, EmbedRequest, RerankRequest } from '@gatehouse/contracts'
import {
  AppError,
  anonymousConsumer,
  type Clock,
  drive,
  Exchange,
  emptyNotes,
  type Handler,
  type Journal,
  lastQuestion,
  nearest,
  type Recorder,
  toAppError,
  uuidv7,
  Wheel,
} from '@gatehouse/kernel'
import { type Caller, Callers } from './credentials/callers.ts'
import { Delivery, sendError } from './delivery.ts'
import { messagesCodec } from './dialects/anthropic/codec.ts'
import { decodeCount, decodeMessages, encodeCount, userOf, withBeta } from './dialects/anthropic/messages.ts'
import { modelList } from './dialects/anthropic/models.ts'
import { openaiCodec } from './dialects/codec.ts'
import { statusFor } from './dialects/errors.ts'
import { decodeChat } from './dialects/openai-chat.ts'
import { decodeEmbeddings, encodeEmbeddings } from './dialects/openai-embeddings.ts'
import { decodeRerank, encodeRerank } from './dialects/rerank.ts'
import { askerOf, stripIdentity } from './identity.ts'
import { parseBody } from './json-body.ts'
import { matchPath, type PathMatch, printable } from './paths.ts'
import { readBody } from './read-body.ts'
import { mayCall } from './routes.ts'
import type { AppTarget, KeyEntry, RouteTarget, Snapshot } from './snapshot.ts'
import { WholeDelivery } from './whole-delivery.ts'

export interface EdgeOptions {
  /** The configuration of this moment; asked once per request. */
  readonly snapshot: () => Snapshot
  /** The layers with dispatch, or with the app runner, as their core. */
  readonly handlers: { readonly route: Handler; readonly app: Handler }
  readonly record: Recorder
  readonly journal: Journal
  readonly clock: Clock
  /** Everything that is not a model route: Dify's service API, the chat web app, health. Headers that claim an identity are gone already. */
  readonly fallback: (request: IncomingMessage, response: ServerResponse, match: PathMatch) => void
  /** Who may call; standard: keys, signatures and tokens with configured keys, addresses as the socket has them. */
  readonly callers?: Callers
  readonly wheel?: Wheel
  readonly mostBytes?: number
  /** Milliseconds. */
  readonly bodyDeadline?: number
  readonly keepAlive?: number
}
/** Surfaces whose keys are looked at by those who serve them. */
const keyed: ReadonlySet<PathMatch['surface']> = new Set(['dify', 'retrieval', 'extension', 'mcp'])

export type Edge = (request: IncomingMessage, response: ServerResponse) => void

/** The data plane's listener: decode → match → identify → authorise, then the layers. */
export function createEdge(options: EdgeOptions): Edge {
  const { wheel = new Wheel(), clock } = options
  const served = new EdgeWork(options, wheel)
  return (request, response) => {
    const { url = '/' } = request
    const query = url.indexOf('?')
    const path = query < 0 ? url : url.slice(0, query)
    let match: PathMatch
    try {
      match = matchPath(request.method ?? 'GET', path)
    } catch (thrown) {
      return sendError(response, 'openai-chat', thrown, clock.now())
    }
    if (match.surface === 'model') return served.model(request, response, match)
    if (keyed.has(match.surface) && !served.mayCallFrom(request, response, match)) return
    stripIdentity(request)
    options.fallback(request, response, match)
  }
}

class EdgeWork {
  readonly #options: EdgeOptions
  readonly #wheel: Wheel
  readonly #callers: Callers
  readonly #delivery: { wheel: Wheel; keepAlive: number; now: () => number }
  readonly #body: { mostBytes: number; deadline: number }

  constructor(options: EdgeOptions, wheel: Wheel) {
    this.#options = options
    this.#wheel = wheel
    this.#callers = options.callers ?? new Callers({ clock: options.clock })
    this.#delivery = { wheel, keepAlive: options.keepAlive ?? 15_000, now: () => options.clock.now() }
    this.#body = { mostBytes: options.mostBytes ?? 32 * 1024 * 1024, deadline: options.bodyDeadline ?? 60_000 }
  }

  /** A model route: the caller is known before the body is read. */
  model(request: IncomingMessage, response: ServerResponse, match: PathMatch): void {
    const started = performance.now()
    const snapshot = this.#options.snapshot()
    const now = this.#options.clock.now()
    const arrived = { match, snapshot, started, now }
    const refuse = (thrown: unknown) => this.#turnAway(request, response, match, thrown)
    try {
      const caller = this.#callers.identify(request, snapshot, now, match.prefix)
      if (caller instanceof Promise) caller.then((entry) => this.#admit(request, response, { ...arrived, entry })).catch(refuse)
      else this.#admit(request, response, { ...arrived, entry: caller })
    } catch (thrown) {
      refuse(thrown)
    }
  }

  /** Whether a key may be used from there, for surfaces that know keys and nothing else. */
  mayCallFrom(request: IncomingMessage, response: ServerResponse, { dialect }: PathMatch): boolean {
    try {
      this.#callers.checkAddress(request, this.#options.snapshot())
      return true
    } catch (thrown) {
      sendError(response, dialect, thrown, this.#options.clock.now())
      return false
    }
  }

  #admit(request: IncomingMessage, response: ServerResponse, arrived: Omit<Called, 'body'>): void {
    const { entry, match, snapshot } = arrived
    if (match.operation === 'models') return void sendModels(request, response, listModels(snapshot, entry, match.prefix))
    if (!isServed(match))
      throw new AppError('unsupported', `${match.operation} is not supported yet; supported: chat, messages, models, embed, rerank`)
    this.#options.journal.check()
    const mostBytes = this.#callers.mostBytes(entry, request, this.#body.mostBytes)
    const limits = mostBytes === this.#body.mostBytes ? this.#body : { ...this.#body, mostBytes }
    const taken = (body: Buffer) => this.#take(request, response, { ...arrived, body })
    readBody(request, limits, this.#wheel, taken, (error) => this.#cut(request, response, match, error))
  }

  /** The rest of what had to wait for the body: a digest, the signature of a form. */
  #take(request: IncomingMessage, response: ServerResponse, call: Called): void {
    const { checkBody } = call.entry
    if (!checkBody) return void this.#call(request, response, call)
    const refuse = (thrown: unknown) => this.#refuseOnRecord(response, call, uuidv7(call.now), '', toAppError(thrown))
    new Promise((checked) => checked(checkBody(call.body))).then(() => this.#call(request, response, call), refuse)
  }

  /** Whoever is refused before the body was read does not get to send a long one. */
  #turnAway(request: IncomingMessage, response: ServerResponse, match: PathMatch, thrown: unknown): void {
    const { headers } = request
    const isLong = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 64 * 1024
    if (isLong) this.#cut(request, response, match, toAppError(thrown))
    else this.#send(response, match, thrown)
  }

  #cut(request: IncomingMessage, response: ServerResponse, match: PathMatch, error: AppError): void {
    response.shouldKeepAlive = false
    response.on('finish', () => setTimeout(() => request.complete || request.socket.destroy(), 1000).unref()) // time to read the refusal
    this.#send(response, match, error)
  }

  /** Named like a call, although it has no record: so that a caller can tell which one it was. */
  #send(response: ServerResponse, { dialect }: PathMatch, thrown: unknown): void {
    const now = this.#options.clock.now()
    sendError(response, dialect, thrown, now, uuidv7(now))
  }

  #call(request: IncomingMessage, response: ServerResponse, call: Called): void {
    const id = uuidv7(call.now)
    let model = ''
    try {
      const decoded = decode(call, request)
      model = decoded.model
      const isMessage = decoded.operation === 'chat' && decoded.dialect !== undefined
      const asker = askerOf(call.entry, isMessage ? userOf(decoded) : decoded.raw.user)
      const target = targetOf(call, model)
      const notes = emptyNotes(call.match.dialect, call.started)
      notes.key = call.entry.label
      const asked = target.kind === 'app' ? askedOf(decoded, target.name) : decoded
      const { project, limits } = call.entry
      this.#drive(request, response, model, new Exchange({ id, project, asker, target, request: asked, body: call.body, limits, notes }))
    } catch (thrown) {
      this.#refuseOnRecord(response, call, id, model, toAppError(thrown))
    }
  }

  #drive(request: IncomingMessage, response: ServerResponse, model: string, exchange: Exchange): void {
    const { handlers, record } = this.#options
    const delivery = this.#deliveryOf(exchange, request, response, model)
    response.on('close', () => {
      if (!response.writableFinished) exchange.cancel(new AppError('cancelled', 'the caller left'))
    })
    const recorded: Recorder = (ended, outcome, written) => {
      ended.notes.status = delivery.statusOf(outcome)
      record(ended, outcome, written)
    }
    const takesBytes = exchange.request.stream && codecOf(exchange).takesBytes
    drive(handlers[exchange.target.kind], exchange, delivery, recorded, takesBytes ? 'bytes' : 'events')
  }

  #deliveryOf(exchange: Exchange, request: IncomingMessage, response: ServerResponse, model: string): Delivery | WholeDelivery {
    const { request: asked, id } = exchange
    const options = { language: languageOf(request), now: this.#delivery.now }
    if (asked.operation === 'embed')
      return new WholeDelivery(exchange, response, { ...options, encode: (payload) => encodeEmbeddings(payload, asked) })
    if (asked.operation === 'rerank')
      return new WholeDelivery(exchange, response, { ...options, encode: (payload) => encodeRerank(payload, asked, id) })
    const codec = codecOf(exchange)
    if (asked.operation === 'chat' && asked.counts)
      return new WholeDelivery(exchange, response, { ...options, encode: encodeCount, dialect: codec.dialect })
    return new Delivery(exchange, response, model, options.language, this.#delivery, codec)
  }

  /** A call that got no further than the edge, by a known consumer: it has its record too. */
  #refuseOnRecord(response: ServerResponse, call: Called, id: string, model: string, error: AppError): void {
    const { entry, started, now } = call
    const record: CallRecord = {
      id,
      project: entry.project,
      at: now,
      consumer: entry.consumer,
      key: entry.label,
      dialect: call.match.dialect,
      operation: operationIn[decoderOf(call.match)],
      target: '',
      model: printable(model),
      stream: false,
      status: statusFor(call.match.dialect, error),
      end: 'failed',
      error: { code: error.code, message: error.message },
      layers: [],
      duration: Math.round((performance.now() - started) * 1000),
      attempts: [],
      verdicts: [],
      content: 'off',
    }
    this.#options.journal.write(record, undefined, (failure) =>
      sendError(response, call.match.dialect, failure ?? error, this.#options.clock.now(), id),
    )
  }
}

interface Called {
  readonly entry: Caller
  readonly match: PathMatch
  readonly snapshot: Snapshot
  readonly body: Buffer
  readonly started: number
  readonly now: number
}

const decoders = {
  chat: decodeChat,
  embed: decodeEmbeddings,
  rerank: decodeRerank,
  messages: decodeMessages,
  'count-tokens': decodeCount,
} as const
const operationIn = { chat: 'chat', embed: 'embed', rerank: 'rerank', messages: 'chat', 'count-tokens': 'chat' } as const
type Decodable = keyof typeof decoders
const isServed = ({ dialect, operation }: PathMatch): boolean =>
  operation !== undefined && Object.hasOwn(decoders, operation) && (dialect === 'openai-chat' || dialect === 'anthropic')
/** Everything else was refused before its body was read. */
const decoderOf = (match: PathMatch): Decodable => (isServed(match) ? (match.operation as Decodable) : 'chat')

function decode({ match, body }: Called, { headers }: IncomingMessage): ChatRequest | EmbedRequest | RerankRequest {
  const decoded = decoders[decoderOf(match)](parseBody(body))
  return decoded.operation === 'chat' && decoded.dialect ? withBeta(decoded, headers['anthropic-beta']) : decoded
}

function askedOf(decoded: ChatRequest | EmbedRequest | RerankRequest, app: string): AppRequest {
  if (decoded.operation !== 'chat' || decoded.counts) throw new AppError('unsupported', 'an app takes chat completions and messages only')
  return { operation: 'app', app, inputs: {}, query: lastQuestion(decoded.messages), stream: decoded.stream }
}

/** The route or app a model's name stands for, if this caller may use it; who may not gets the same answer as for a name that does not exist. */
function targetOf({ entry, match, snapshot }: Called, model: string): RouteTarget | AppTarget {
  if (model.startsWith('app/')) {
    const app = snapshot.apps.get(`${entry.project}/${model.slice(4)}`)
    if (app && mayOpen(app, entry)) return app
  } else if (entry.kind === 'model') {
    const route = snapshot.routesOf(entry.project).find(match.prefix, model)
    if (route && mayCall(route, entry.consumer, entry.groups)) return route
  }
  throw unknownModel(model, listModels(snapshot, entry, match.prefix), snapshot, entry, match)
}

function mayOpen(app: AppTarget, { kind, apps, asker }: KeyEntry): boolean {
  if (asker.consumer === anonymousConsumer) return false // a route may be open to anybody, an app costs several calls
  if (kind === 'dataset' || (kind === 'app' && !apps.includes(app.name)) || (apps.length > 0 && !apps.includes(app.name))) return false
  return app.access.has('public') || asker.principals.some((principal) => app.access.has(principal))
}

function unknownModel(model: string, known: readonly string[], snapshot: Snapshot, entry: KeyEntry, { prefix }: PathMatch): AppError {
  const near = nearest(model, known)
  const { prefixes } = snapshot.routesOf(entry.project)
  const where = prefix && !prefixes.includes(prefix) ? ` no route has the path prefix ${printable(prefix)};` : ''
  const hint = near ? ` did you mean ${near}?` : ' GET …/v1/models lists those you may use'
  return new AppError('not_found', `the model ${printable(model)} does not exist or is not open to you;${where}${hint}`, {
    details: { code: 'model_not_found', param: 'model' },
  })
}

/** Names this caller may use under a prefix. */
export function listModels(snapshot: Snapshot, entry: KeyEntry, prefix: string): string[] {
  const names = new Set<string>()
  if (entry.kind === 'model')
    for (const route of snapshot.routesOf(entry.project).routes)
      if (route.prefix === prefix && mayCall(route, entry.consumer, entry.groups))
        for (const model of route.models) if (!model.endsWith('*')) names.add(model)
  for (const [key, app] of snapshot.apps) if (key === `${entry.project}/${app.name}` && mayOpen(app, entry)) names.add(`app/${app.name}`)
  return [...names]
}

function sendModels({ headers }: IncomingMessage, response: ServerResponse, names: readonly string[]): void {
  const data = names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'gatehouse' }))
  const body = headers['anthropic-version'] ? modelList(names) : JSON.stringify({ object: 'list', data })
  response.writeHead(200, ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))])
  response.end(body)
}

const codecOf = ({ notes }: Exchange) => (notes.dialect === messagesCodec.dialect ? messagesCodec : openaiCodec)
const languageOf = ({ headers }: IncomingMessage): 'en' | 'zh' => (headers['accept-language']?.startsWith('zh') ? 'zh' : 'en')
