import type { EventKind, EventPayload, TextPart } from '@gatehouse/contracts'
import type { AppError } from './errors.ts'
import type { Outcome } from './exchange.ts'

const noParts: readonly TextPart[] = []

/** What was read from upstream, decoded only when somebody asks, at most once. */
export class ReplyEvent {
  /** The frame it was read from; absent when we made or changed it. */
  readonly bytes?: Uint8Array
  #payload: EventPayload | undefined
  readonly #decode: ((bytes: Uint8Array) => EventPayload) | undefined

  constructor(payload: EventPayload)
  constructor(bytes: Uint8Array, decode: (bytes: Uint8Array) => EventPayload)
  constructor(from: EventPayload | Uint8Array, decode?: (bytes: Uint8Array) => EventPayload) {
    if (from instanceof Uint8Array) {
      this.bytes = from
      this.#decode = decode
    } else this.#payload = from
  }

  get payload(): EventPayload {
    this.#payload ??= this.#decode!(this.bytes!)
    return this.#payload
  }

  get kind(): EventKind {
    return this.payload.kind
  }

  /** The runs of text a guard must see; empty for events that carry none. */
  get parts(): readonly TextPart[] {
    return this.payload.parts ?? noParts
  }

  /** The text of the first choice's answer in this event. */
  get text(): string {
    let text = ''
    for (const part of this.parts) if (part.lane === 'text' && part.index === 0) text += part.text
    return text
  }

  /** A changed copy, without the original bytes: it will be encoded anew. */
  withParts(parts: readonly TextPart[]): ReplyEvent {
    return new ReplyEvent({ ...this.payload, parts })
  }
}

/** Takes what a reply pushes. `false` from `bytes` or `events` means: full, please pause. */
export interface ReplySink {
  /** Only called when the sink asked for the face `bytes` and the source has bytes. */
  bytes?(read: Uint8Array): boolean
  events(batch: readonly ReplyEvent[]): boolean
  /** Exactly once, also after an error or a cancel. */
  end(outcome: Outcome): void
}

/** Raw bytes while nobody looks; batches of events, one batch per read, as soon as somebody does. */
export type Face = 'bytes' | 'events'

export interface Reply {
  /** Of the upstream; 200 for what we make ourselves. */
  readonly status: number
  /** In which `bytes` and `source` are written. */
  readonly dialect: string
  /** A complete body: the fast path. `outcome` stands beside it and no sink is needed. */
  readonly whole?: ReplyEvent
  readonly outcome?: Outcome
  /** Once. What was buffered comes first, then live. A whole reply pushes its event and ends. */
  pipe(sink: ReplySink, face: Face): void
  pause(): void
  resume(): void
  cancel(reason: AppError): void
}

/** A complete body as a reply. */
export class WholeReply implements Reply {
  readonly status: number
  readonly dialect: string
  readonly whole: ReplyEvent
  readonly outcome: Outcome

  constructor(dialect: string, whole: ReplyEvent, outcome: Outcome, status = 200) {
    this.dialect = dialect
    this.whole = whole
    this.outcome = outcome
    this.status = status
  }

  pipe(sink: ReplySink, face: Face): void {
    if (face === 'bytes' && sink.bytes && this.whole.bytes) sink.bytes(this.whole.bytes)
    else sink.events([this.whole])
    sink.end(this.outcome)
  }
  pause(): void {}
  resume(): void {}
  cancel(): void {}
}
