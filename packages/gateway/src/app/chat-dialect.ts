import type { AppRequest, ChatEvent, EventPayload } from '@gatehouse/contracts'
import { AppError, type Exchange, type Outcome, type ReplyEvent } from '@gatehouse/kernel'
import { type Language, wordsFor } from './words.ts'

export const chatDialect = 'chat'
/** POST: a question to an app. Answered by a stream of `ChatEvent`. */
export const messagesPath = /^\/chat\/api\/apps\/([a-z0-9][a-z0-9._-]{0,62})\/messages$/

const mostQuery = 32_000
const known = ['query', 'conversation', 'inputs']

/** The body of a question. Its messages say what was wrong and never repeat it. */
export function decodeQuestion(app: string, body: Uint8Array): AppRequest {
  const question = parseObject(body)
  for (const field of Object.keys(question))
    if (!known.includes(field)) throw new AppError('invalid_request', `unknown field; a question has ${known.join(', ')}`)
  const { query, conversation, inputs = {} } = question
  if (typeof query !== 'string' || query.trim() === '') throw new AppError('invalid_request', 'query must be a text that is not empty')
  if (query.length > mostQuery) throw new AppError('too_large', `query may have ${mostQuery} characters at most`)
  if (conversation !== undefined && (typeof conversation !== 'string' || conversation.length > 64))
    throw new AppError('invalid_request', 'conversation must be the id of a conversation')
  if (!isObject(inputs)) throw new AppError('invalid_request', 'inputs must be an object')
  return { operation: 'app', app, inputs, query, stream: true, ...(conversation === undefined ? {} : { conversation }) }
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new AppError('invalid_request', 'the body must be JSON in UTF-8', { cause })
  }
  if (!isObject(value)) throw new AppError('invalid_request', 'the body must be a JSON object')
  return value
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Writes one answer as server-sent events; a batch becomes one string. */
export class ChatEncoder {
  readonly #exchange: Exchange
  readonly #language: Language
  readonly #titles = new Map<string, string>()

  constructor(exchange: Exchange, language: Language) {
    this.#exchange = exchange
    this.#language = language
  }

  start(): string {
    const { id, notes } = this.#exchange
    return frame({
      type: 'start',
      message: notes.message ?? id,
      ...(notes.conversation ? { conversation: notes.conversation } : {}),
      trace: id,
    })
  }

  events(batch: readonly ReplyEvent[]): string {
    let out = ''
    let text = ''
    let passing = false
    const flush = () => {
      if (text) out += frame({ type: 'text', text, ...(passing && { passing }) })
      text = ''
    }
    for (const { kind, payload, text: piece } of batch) {
      if (kind === 'text') {
        if (passing !== (payload.transient === true)) flush()
        passing = payload.transient === true
        text += piece // one frame for neighbours
        continue
      }
      const said = this.#event(payload)
      if (!said) continue
      flush()
      out += frame(said)
    }
    flush()
    return out
  }

  end({ end, error }: Outcome): string {
    const why = error ?? new AppError(end === 'blocked' ? 'blocked' : 'internal', 'the answer ended early')
    const last = frame({ type: 'end', status: end })
    if (end === 'blocked') return frame({ type: 'refused', message: wordsFor(why, this.#language) }) + last
    // a reader who left needs no reason; whoever was cut off, because the server stops, does
    if (end === 'failed' || (error && error.code !== 'cancelled'))
      return frame({ type: 'error', code: why.code, message: wordsFor(why, this.#language) }) + last
    return last
  }

  #event({ citations, app, titles }: EventPayload): ChatEvent | undefined {
    if (citations) {
      const sources = citations.map(({ n }) => ({ title: '', ...titles?.find((each) => each.n === n), n }))
      return { type: 'citations', sources }
    }
    if (app?.type === 'node-start') {
      this.#titles.set(app.node, app.title)
      return { type: 'node', node: app.node, title: app.title, status: 'running' }
    }
    // why a node failed is for traces: it may speak of things people do not know
    if (app?.type === 'node-end')
      return { type: 'node', node: app.node, title: this.#titles.get(app.node) ?? '', status: app.status, duration: app.duration }
    return undefined
  }
}

const frame = (event: ChatEvent): string => `data: ${JSON.stringify(event)}\n\n`

/** A refusal before the first byte: by policy it is an answer, everything else a JSON error. */
export function encodeRefusal(error: AppError, language: Language, exchange?: Exchange): { status: number; type: string; body: string } {
  if (error.code !== 'blocked' || !exchange)
    return {
      status: error.status,
      type: 'application/json',
      body: JSON.stringify({ error: { code: error.code, message: wordsFor(error, language) } }),
    }
  const encoder = new ChatEncoder(exchange, language)
  return { status: 200, type: 'text/event-stream', body: encoder.start() + encoder.end({ end: 'blocked', error }) }
}
