import type { ServerResponse } from 'node:http'
import type { Exchange, Outcome, Receiver, Reply, ReplyEvent, Watch, Wheel } from '@gatehouse/kernel'
import { keepsContent } from '../snapshot.ts'
import { ChatEncoder, encodeRefusal } from './chat-dialect.ts'
import type { Language } from './words.ts'

export interface ChatDeliveryOptions {
  readonly wheel: Wheel
  /** Milliseconds of silence after which the stream gets a comment. */
  readonly keepAlive: number
}
const mostKept = 256 * 1024

/** Takes an answer to the chat web app: a stream of events, whose last comes only when the call is on record. */
export class ChatDelivery implements Receiver {
  readonly #exchange: Exchange
  readonly #response: ServerResponse
  readonly #language: Language
  readonly #encoder: ChatEncoder
  readonly #silence: Watch
  readonly #keepAlive: number
  #reply: Reply | undefined
  #begun = false
  #listening = false

  constructor(exchange: Exchange, response: ServerResponse, language: Language, { wheel, keepAlive }: ChatDeliveryOptions) {
    this.#exchange = exchange
    this.#response = response
    this.#language = language
    this.#encoder = new ChatEncoder(exchange, language)
    this.#keepAlive = keepAlive
    this.#silence = wheel.watch(keepAlive, () => this.#ping())
  }

  start(reply: Reply): void {
    const { notes } = this.#exchange
    this.#reply = reply
    notes.firstByte = Math.round((performance.now() - notes.started) * 1000)
    this.#begin()
    if (reply.whole) this.events([reply.whole])
  }

  events(batch: readonly ReplyEvent[]): boolean {
    this.#keep(batch)
    const frames = this.#encoder.events(batch)
    return frames === '' || this.#write(frames)
  }

  /** What the caller's status is, or will be, for the record. */
  statusOf({ end, error }: Outcome): number {
    return this.#begun || end !== 'failed' || !error ? 200 : error.status
  }

  end(outcome: Outcome): void {
    this.#silence.stop()
    if (this.#response.destroyed) return
    if (this.#begun) this.#response.end(this.#encoder.end(outcome))
    else if (outcome.error) sendRefusal(this.#response, encodeRefusal(outcome.error, this.#language, this.#exchange), this.#exchange.id)
    else this.#response.end()
  }

  #begin(): void {
    this.#begun = true
    this.#response.writeHead(200, { ...streamHeaders, 'x-gatehouse-trace': this.#exchange.id })
    this.#write(this.#encoder.start())
  }

  #write(frames: string): boolean {
    this.#silence.touch()
    if (this.#response.write(frames)) return true
    if (!this.#listening) {
      this.#listening = true
      this.#response.on('drain', () => this.#reply?.resume())
    }
    return false
  }

  /** For the content store, as it was shown. */
  #keep(batch: readonly ReplyEvent[]): void {
    const { notes, target } = this.#exchange
    if (!keepsContent(target.content)) return
    let kept = typeof notes.replyText === 'string' ? notes.replyText : ''
    for (const { payload, text } of batch) if (!payload.transient && kept.length < mostKept) kept += text
    notes.replyText = kept.slice(0, mostKept)
  }

  #ping(): void {
    if (this.#response.destroyed) return
    if (this.#begun && !this.#response.writableNeedDrain) this.#response.write(': ping\n\n')
    this.#silence.restart(this.#keepAlive)
  }
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

export function sendRefusal(response: ServerResponse, refusal: ReturnType<typeof encodeRefusal>, trace?: string): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(refusal.status, {
    ...streamHeaders,
    'content-type': `${refusal.type}; charset=utf-8`,
    'content-length': Buffer.byteLength(refusal.body),
    ...(trace ? { 'x-gatehouse-trace': trace } : {}),
  })
  response.end(refusal.body)
}
