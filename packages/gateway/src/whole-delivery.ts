import type { ServerResponse } from 'node:http'
import type { EventPayload } from '@gatehouse/contracts'
import { AppError, type Exchange, type Outcome, type Receiver, type Reply } from '@gatehouse/kernel'
import { sendError } from './delivery.ts'
import { statusFor } from './dialects/errors.ts'
import { refusalText } from './dialects/openai-encode.ts'
import type { Dialect } from './paths.ts'

export interface WholeDeliveryOptions {
  readonly encode: (payload: EventPayload) => string
  readonly language: 'en' | 'zh'
  readonly now: () => number
  /** In which errors are told; standard: OpenAI's. */
  readonly dialect?: Dialect
}

/** Takes a reply that is never streamed to its caller, when the call is on record: vectors, scores. A blocked one is an error here. */
export class WholeDelivery implements Receiver {
  readonly #exchange: Exchange
  readonly #response: ServerResponse
  readonly #options: WholeDeliveryOptions
  #body: Uint8Array | string | undefined

  constructor(exchange: Exchange, response: ServerResponse, options: WholeDeliveryOptions) {
    this.#exchange = exchange
    this.#response = response
    this.#options = options
  }

  start({ whole }: Reply): void {
    const { notes } = this.#exchange
    notes.firstByte = Math.round((performance.now() - notes.started) * 1000)
    if (whole) this.#body = whole.bytes ?? this.#options.encode(whole.payload)
  }

  events(): boolean {
    return true
  }

  statusOf(outcome: Outcome): number {
    const error = this.#errorOf(outcome)
    return error ? statusFor(this.#dialect, error) : 200
  }

  end(outcome: Outcome): void {
    if (this.#response.destroyed) return
    const error = this.#errorOf(outcome)
    if (error) sendError(this.#response, this.#dialect, error, this.#options.now(), this.#exchange.id)
    else this.#send(this.#body!)
  }

  get #dialect(): Dialect {
    return this.#options.dialect ?? 'openai-chat'
  }

  #send(body: Uint8Array | string): void {
    const length = String(typeof body === 'string' ? Buffer.byteLength(body) : body.length)
    this.#response.writeHead(200, ['content-type', 'application/json', 'content-length', length, 'x-gatehouse-trace', this.#exchange.id])
    this.#response.end(body)
  }

  #errorOf({ end, error }: Outcome): AppError | undefined {
    if (end === 'blocked') {
      const details = { status: 400, code: 'content_filter' }
      return new AppError('blocked', refusalText(error, this.#options.language), { details })
    }
    if (error) return error
    return this.#body === undefined ? new AppError('internal', 'the call ended without an answer') : undefined
  }
}
