import type { ServerResponse } from 'node:http'
import {
  type AppError,
  type Exchange,
  type Outcome,
  type Receiver,
  type Reply,
  type ReplyEvent,
  toAppError,
  type Watch,
  type Wheel,
} from '@gatehouse/kernel'
import { type ChatCodec, openaiCodec, type ReplyEncoder } from './dialects/codec.ts'
import { errorBody, errorHeaders, statusFor } from './dialects/errors.ts'
import { Kept } from './kept.ts'
import { keepsContent } from './snapshot.ts'

const lineFeed = 10
const mostInOneWrite = 16 * 1024

export interface DeliveryOptions {
  readonly wheel: Wheel
  /** Milliseconds of silence after which a stream gets a comment. */
  readonly keepAlive: number
  readonly now: () => number
}

/** Takes one reply to its caller: bytes as they come, events encoded, the last byte only when the call is on record. */
export class Delivery implements Receiver {
  readonly #exchange: Exchange
  readonly #response: ServerResponse
  readonly #options: DeliveryOptions
  readonly #language: 'en' | 'zh'
  readonly #stream: boolean
  readonly #model: string
  readonly #codec: ChatCodec
  #made: ReplyEncoder | undefined
  readonly #silence: Watch | undefined
  #kept: Kept | undefined
  #reply: Reply | undefined
  #whole: ReplyEvent | undefined
  #body: Buffer | string | undefined
  #raw = false
  #begun = false
  #last: Uint8Array | string = '\n\n'
  #listening = false

  constructor(
    exchange: Exchange,
    response: ServerResponse,
    model: string,
    language: 'en' | 'zh',
    options: DeliveryOptions,
    codec = openaiCodec,
  ) {
    this.#codec = codec
    this.#exchange = exchange
    this.#response = response
    this.#options = options
    this.#language = language
    this.#stream = exchange.request.stream
    this.#model = model
    if (this.#stream) this.#silence = options.wheel.watch(options.keepAlive, () => this.#ping())
  }

  /** Made on first use: an answer that goes out as it came needs none. */
  get #encoder(): ReplyEncoder {
    this.#made ??= this.#codec.encoder(this.#exchange.id, this.#model, this.#reply?.dialect)
    return this.#made
  }

  start(reply: Reply): void {
    const { notes, target } = this.#exchange
    this.#reply = reply
    notes.firstByte = Math.round((performance.now() - notes.started) * 1000)
    if (keepsContent(target.content)) this.#kept = new Kept()
    if (this.#kept) notes.replyText = this.#kept.pieces
    if (this.#stream) this.#begin()
    if (!reply.whole) return
    this.#whole = reply.whole
    if (this.#stream) return
    this.#body = (this.#codec.takesBytes ? (reply.whole.bytes as Buffer | undefined) : undefined) ?? this.#encoder.whole(reply.whole)
    this.#kept?.add(this.#body)
  }

  /** Only of a reply to a stream: a complete answer is asked for as events. */
  bytes(read: Uint8Array): boolean {
    this.#raw = true
    return this.#write(read)
  }

  events(batch: readonly ReplyEvent[]): boolean {
    if (!this.#stream) return this.#gather(batch)
    const frames = this.#encoder.frames(batch)
    return frames.length === 0 || this.#write(frames)
  }

  /** What the caller's status is, or will be, for the record. */
  statusOf({ end, error }: Outcome): number {
    if (this.#begun || end === 'complete' || end === 'blocked') return 200
    return error ? this.#codec.statusOf(error) : 200
  }

  end(outcome: Outcome): void {
    this.#silence?.stop()
    if (this.#response.destroyed) return
    if (this.#begun) this.#endStream(outcome)
    else if (outcome.end === 'blocked') this.#refuse(outcome)
    else if (outcome.error) this.#fail(outcome.error)
    else this.#send(200, this.#body ?? this.#encoder.gathered(outcome), [])
  }

  #gather(batch: readonly ReplyEvent[]): boolean {
    this.#encoder.gather(batch)
    return true
  }

  #endStream(outcome: Outcome): void {
    let rest = ''
    if (this.#whole && !outcome.error) rest = String(this.#encoder.wholeFrames(this.#whole)) + this.#encoder.ending(outcome, this.#language)
    else if (!this.#raw || outcome.error) rest = this.#encoder.ending(outcome, this.#language)
    if (rest && !endsFrame(this.#last)) rest = `\n\n${rest}` // a half frame before an error becomes a block of its own
    if (rest) this.#response.end(rest)
    else this.#response.end()
  }

  #refuse(outcome: Outcome): void {
    if (this.#stream) {
      this.#begin()
      this.#response.end(this.#encoder.refusalFrames(outcome, this.#language))
    } else this.#send(200, this.#encoder.refusalBody(outcome, this.#language), [])
  }

  /** Before the first byte an error has its own status and is JSON, also for a caller who asked for a stream. */
  #fail(error: AppError): void {
    this.#send(
      this.#codec.statusOf(error),
      errorBody(this.#codec.dialect, error, this.#exchange.id),
      errorHeaders(error, this.#options.now()),
    )
  }

  #send(status: number, body: Buffer | string, headers: string[]): void {
    const length = String(typeof body === 'string' ? Buffer.byteLength(body) : body.length)
    this.#response.writeHead(status, [
      'content-type',
      'application/json',
      'content-length',
      length,
      'x-gatehouse-trace',
      this.#exchange.id,
      ...this.#codec.headers(this.#exchange.id),
      ...headers,
    ])
    // as Latin-1 every byte is one character: head and body leave as one string in one plain write
    if (typeof body !== 'string' && body.length <= mostInOneWrite) this.#response.end(body.toString('latin1'), 'latin1')
    else this.#response.end(body)
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#response.writeHead(200, [
      'content-type',
      'text/event-stream; charset=utf-8',
      'cache-control',
      'no-cache',
      'x-accel-buffering',
      'no',
      'x-gatehouse-trace',
      this.#exchange.id,
      ...this.#codec.headers(this.#exchange.id),
    ])
  }

  #write(piece: Uint8Array | string): boolean {
    this.#last = piece
    this.#silence!.touch()
    this.#kept?.add(piece)
    if (this.#response.write(piece)) return true
    if (!this.#listening) {
      this.#listening = true
      this.#response.on('drain', () => this.#reply?.resume())
    }
    return false
  }

  /** Fifteen seconds of silence: a comment in a block of its own, never inside a frame. The first one commits status 200. */
  #ping(): void {
    if (!this.#response.destroyed && !this.#response.writableNeedDrain && endsFrame(this.#last)) {
      this.#begin()
      this.#response.write(this.#codec.ping)
    }
    this.#silence?.restart(this.#options.keepAlive)
  }
}

const endsFrame = (piece: Uint8Array | string): boolean =>
  typeof piece === 'string' ? piece.endsWith('\n\n') : piece[piece.length - 1] === lineFeed && piece[piece.length - 2] === lineFeed

/** Writes an error of the edge itself: there is no exchange yet. */
export function sendError(
  response: ServerResponse,
  dialect: Parameters<typeof errorBody>[0],
  thrown: unknown,
  now: number,
  trace?: string,
): void {
  if (response.headersSent || response.destroyed) return
  const error = toAppError(thrown)
  const body = errorBody(dialect, error, trace)
  const headers = ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body)), ...errorHeaders(error, now)]
  if (trace) headers.push('x-gatehouse-trace', trace, 'x-request-id', trace)
  if (trace && dialect === 'anthropic') headers.push('request-id', trace)
  response.writeHead(statusFor(dialect, error), headers)
  response.end(body)
}
