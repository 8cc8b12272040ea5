import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppRequest, CallRecord, ChatRequest, EmbedRequest, RerankRequest } from '@gatehouse/contracts'
import {
  AppError,
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
import { Delivery, sendError } from './delivery.ts'
import { statusIn } from './dialects/errors.ts'
import { decodeChat } from './dialects/openai-chat.ts'
import { decodeEmbeddings, encodeEmbeddings } from './dialects/openai-embeddings.ts'
import { decodeRerank, encodeRerank } from './dialects/rerank.ts'
import { askerOf, identify, KeyHashes, stripIdentity } from './identity.ts'
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
  readonly wheel?: Wheel
  readonly mostBytes?: number
  /** Milliseconds. */
  readonly bodyDeadline?: number
  readonly keepAlive?: number
}
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
    stripIdentity(request)
    options.fallback(request, response, match)
  }
}

class EdgeWork {
  readonly #options: EdgeOptions
  readonly #wheel: Wheel
  readonly #hashes = new KeyHashes()
  readonly #delivery: { wheel: Wheel; keepAlive: number; now: () => number }
  readonly #body: { mostBytes: number; deadline: number }

  constructor(options: EdgeOptions, wheel: Wheel) {
    this.#options = options
    this.#wheel = wheel
    this.#delivery = { wheel, keepAlive: options.keepAlive ?? 15_000, now: () => options.clock.now() }
    this.#body = { mostBytes: options.mostBytes ?? 32 * 1024 * 1024, deadline: options.bodyDeadline ?? 60_000 }
  }

  /** A model route: the key is checked before the body is read. */
  model(request: IncomingMessage, response: ServerResponse, match: PathMatch): void {
    const started = performance.now()
    const snapshot = this.#options.snapshot()
    const now = this.#options.clock.now()
    const refuse = (thrown: unknown) => sendError(response, match.dialect, thrown, this.#options.clock.now())
    let entry: KeyEntry
    try {
      entry = identify(request, snapshot, this.#hashes, now)
      if (match.operation === 'models') return void sendModels(response, snapshot, entry, match.prefix)
      if (match.dialect !== 'openai-chat' || !isServed(match.operation))
        throw new AppError('unsupported', `${match.operation} is not supported yet; supported: chat, models, embed, rerank`)
      this.#options.journal.check()
    } catch (thrown) {
      refuse(thrown)
      return
    }
    const cut = (error: AppError) => {
      refuse(error)
      response.on('finish', () => setTimeout(() => request.complete || request.socket.destroy(), 1000).unref()) // time to read the refusal
    }
    readBody(request, this.#body, this.#wheel, (body) => this.#call(request, response, { entry, match, snapshot, body, started, now }), cut)
  }

  #call(request: IncomingMessage, response: ServerResponse, call: Called): void {
    const id = uuidv7(call.now)
    let model = ''
    try {
      const decoded = decoders[operationOf(call)](parseBody(call.body))
      model = decoded.model
      const asker = askerOf(call.entry, decoded.raw.user)
      const target = targetOf(call, model)
      const notes = emptyNotes('openai-chat', call.started)
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
    drive(handlers[exchange.target.kind], exchange, delivery, recorded, exchange.request.stream ? 'bytes' : 'events')
  }

  #deliveryOf(exchange: Exchange, request: IncomingMessage, response: ServerResponse, model: string): Delivery | WholeDelivery {
    const { request: asked, id } = exchange
    const options = { language: languageOf(request), now: this.#delivery.now }
    if (asked.operation === 'embed')
      return new WholeDelivery(exchange, response, { ...options, encode: (payload) => encodeEmbeddings(payload, asked) })
    if (asked.operation === 'rerank')
      return new WholeDelivery(exchange, response, { ...options, encode: (payload) => encodeRerank(payload, asked, id) })
    return new Delivery(exchange, response, model, options.language, this.#delivery)
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
      dialect: 'openai-chat',
      operation: operationOf(call),
      target: '',
      model: printable(model),
      stream: false,
      status: statusIn(error),
      end: 'failed',
      error: { code: error.code, message: error.message },
      layers: [],
      duration: Math.round((performance.now() - started) * 1000),
      attempts: [],
      verdicts: [],
      content: 'off',
    }
    this.#options.journal.write(record, undefined, (failure) =>
      sendError(response, 'openai-chat', failure ?? error, this.#options.clock.now(), id),
    )
  }
}

interface Called {
  readonly entry: KeyEntry
  readonly match: PathMatch
  readonly snapshot: Snapshot
  readonly body: Buffer
  readonly started: number
  readonly now: number
}

const decoders = { chat: decodeChat, embed: decodeEmbeddings, rerank: decodeRerank } as const
type ServedOperation = keyof typeof decoders
const isServed = (operation: string | undefined): operation is ServedOperation =>
  operation !== undefined && Object.hasOwn(decoders, operation)
/** Everything else was refused before its body was read. */
const operationOf = ({ match: { operation } }: Called): ServedOperation => (isServed(operation) ? operation : 'chat')

function askedOf(decoded: ChatRequest | EmbedRequest | RerankRequest, app: string): AppRequest {
  if (decoded.operation !== 'chat') throw new AppError('unsupported', 'an app takes chat completions only')
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

function sendModels(response: ServerResponse, snapshot: Snapshot, entry: KeyEntry, prefix: string): void {
  const data = listModels(snapshot, entry, prefix).map((id) => ({ id, object: 'model', created: 0, owned_by: 'gatehouse' }))
  const body = JSON.stringify({ object: 'list', data })
  response.writeHead(200, ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))])
  response.end(body)
}

const languageOf = ({ headers }: IncomingMessage): 'en' | 'zh' => (headers['accept-language']?.startsWith('zh') ? 'zh' : 'en')
