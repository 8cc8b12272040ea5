import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Spec } from '@gatehouse/contracts'
import {
  AppError,
  type Blobs,
  type Clock,
  type Conversations,
  type Datasets,
  type Documents,
  drive,
  Exchange,
  emptyNotes,
  type Handler,
  type Journal,
  principalsOfUser,
  type Recorder,
  type Sessions,
  toAppError,
  uuidv7,
  Wheel,
} from '@gatehouse/kernel'
import type { Hono } from 'hono'
import type { Headers } from '../origin.ts'
import { readBody } from '../read-body.ts'
import type { RouteTable } from '../routes.ts'
import type { AppTarget, Snapshot } from '../snapshot.ts'
import { createChatApi } from './chat-api.ts'
import { ChatDelivery, sendRefusal } from './chat-delivery.ts'
import { chatDialect, decodeQuestion, encodeRefusal, messagesPath } from './chat-dialect.ts'
import { type ChatIdentity, type ChatPerson, type IdentityTools, identifyChat } from './chat-identity.ts'
import { type Language, languageFrom } from './words.ts'

export interface ChatOptions {
  readonly snapshot: () => Snapshot
  readonly project: string
  readonly sessions: Sessions
  readonly conversations: Conversations
  readonly datasets: Datasets
  readonly documents: Documents
  readonly blobs: Blobs
  /** The layers with the app core: limit, turn, guard. */
  readonly handler: Handler
  readonly record: Recorder
  readonly journal: Pick<Journal, 'check'>
  readonly clock: Clock
  /** Of a request, or of the environment the HTTP adapter hands to the API: whether it came over TLS. */
  isSecure(environment: unknown): boolean
  /** False where a password or a session would travel unprotected. */
  maySignIn(environment: unknown): boolean
  isOurHost(host: string): boolean
  /** Of the environment the HTTP adapter hands to the API. */
  addressOf(environment: unknown): string
  readonly wheel?: Wheel
  /** Milliseconds. */
  readonly keepAlive?: number
}
export interface Chat {
  /** Everything under /chat/api but the questions. */
  readonly api: Hono
  /** Takes a question (`POST …/messages`) and answers true; leaves everything else alone. */
  ask(request: IncomingMessage, response: ServerResponse): boolean
}

/** Whether every model an app asks leads to the built-in answerer alone; people are told. */
export function answersBuiltIn({ graph }: Spec<'App'>, routes: Pick<RouteTable, 'find'>): boolean {
  const models = graph.nodes.flatMap(({ config: { model } }) => (typeof model === 'string' ? [model] : []))
  return (
    models.length > 0 && models.every((model) => routes.find('', model)?.targets.every(({ use }) => use === 'provider.builtin') ?? false)
  )
}

/** The data plane of the chat web app. */
export function createChat(options: ChatOptions): Chat {
  const { snapshot, project, clock } = options
  const identity: IdentityTools = { ...identityOf(options), person: (name) => personIn(snapshot(), project, name) }
  const { sessions, conversations, datasets, documents, blobs, addressOf, maySignIn } = options
  const apps = () => {
    const { apps, routesOf } = snapshot()
    const routes = routesOf(project)
    return [...apps].flatMap(([key, { name, spec }]) =>
      key === `${project}/${name}` ? [{ name, spec, builtIn: answersBuiltIn(spec, routes) }] : [],
    )
  }
  const api = createChatApi({
    ...identity,
    sessions,
    conversations,
    datasets,
    documents,
    blobs,
    project,
    apps,
    addressOf,
    maySignIn,
    now: () => clock.now(),
  })
  const questions = new Questions(options, identity)
  return {
    api,
    ask(request, response) {
      const app = request.method === 'POST' ? messagesPath.exec((request.url ?? '').replace(/\?.*/s, ''))?.[1] : undefined
      if (app === undefined) return false
      void questions.take(app, request, response)
      return true
    },
  }
}

const identityOf = ({ sessions, isSecure, isOurHost }: ChatOptions) => ({ sessions, isSecure, isOurHost })

function personIn(snapshot: Snapshot, project: string, name: string): ChatPerson | undefined {
  const spec = snapshot.users.get(`${project}/${name}`)
  if (!spec || spec.disabled) return undefined
  return { name, title: spec.title, language: spec.language, principals: principalsOfUser(name, spec) }
}

const mostBody = 256 * 1024
const bodyDeadline = 30_000

class Questions {
  readonly #options: ChatOptions
  readonly #identity: IdentityTools
  readonly #wheel: Wheel

  constructor(options: ChatOptions, identity: IdentityTools) {
    this.#options = options
    this.#identity = identity
    this.#wheel = options.wheel ?? new Wheel()
  }

  /** Who asks is looked up while the body, which is small, comes in. */
  async take(app: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now()
    const body = this.#bodyOf(request)
    body.catch(() => {}) // it may fail while nobody waits for it yet
    const headers = headersOf(request)
    let language = languageFrom(headers('accept-language'), 'en')
    try {
      const who = await identifyChat(headers, { incoming: request }, true, this.#identity)
      language = languageFrom(headers('accept-language'), who.person.language)
      this.#options.journal.check()
      const target = this.#targetOf(app, who)
      this.#drive(response, this.#exchangeOf(target, who, await body, started), language)
    } catch (thrown) {
      sendRefusal(response, encodeRefusal(toAppError(thrown), language))
      if (!request.complete) response.on('finish', () => setTimeout(() => request.complete || request.socket.destroy(), 1_000).unref())
    }
  }

  #bodyOf(request: IncomingMessage): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      readBody(request, { mostBytes: mostBody, deadline: bodyDeadline }, this.#wheel, resolve, reject)
      request.on('close', () => reject(new AppError('cancelled', 'the caller left')))
    })
  }

  /** An app that may not be opened does not exist. */
  #targetOf(app: string, { asker }: ChatIdentity): AppTarget {
    const { snapshot, project } = this.#options
    const target = snapshot().apps.get(`${project}/${app}`)
    if (target && (target.access.has('public') || asker.principals.some((each) => target.access.has(each)))) return target
    throw new AppError('not_found', 'there is no such app')
  }

  #exchangeOf(target: AppTarget, { asker }: ChatIdentity, body: Buffer, started: number): Exchange {
    const { snapshot, project, clock } = this.#options
    return new Exchange({
      id: uuidv7(clock.now()),
      project,
      asker,
      target,
      request: decodeQuestion(target.name, body),
      body: new Uint8Array(),
      limits: snapshot().limitsOf(project, asker.consumer, asker.user),
      notes: emptyNotes(chatDialect, started),
    })
  }

  #drive(response: ServerResponse, exchange: Exchange, language: Language): void {
    const { handler, record, keepAlive = 15_000 } = this.#options
    const delivery = new ChatDelivery(exchange, response, language, { wheel: this.#wheel, keepAlive })
    const leave = () => {
      if (!response.writableFinished) exchange.cancel(new AppError('cancelled', 'the caller left'))
    }
    response.on('close', leave)
    if (response.destroyed) leave()
    drive(
      handler,
      exchange,
      delivery,
      (ended, outcome, written) => {
        ended.notes.status = delivery.statusOf(outcome)
        record(ended, outcome, written)
      },
      'events',
    )
  }
}

const headersOf =
  ({ headers }: IncomingMessage): Headers =>
  (name) => {
    const value = headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
