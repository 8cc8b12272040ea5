import type { AppError } from './errors.ts'
import type { Outcome } from './exchange.ts'
import type { Face, Reply, ReplyEvent, ReplySink } from './reply.ts'

/** Turns reads into events; keeps what a read cut in two. */
export interface FrameDecoder {
  decode(read: Uint8Array): readonly ReplyEvent[]
  /** What is left when the stream ends. */
  flush(): readonly ReplyEvent[]
}

/** The producer's side of back-pressure. */
export interface Tap {
  pause?(): void
  resume?(): void
  cancel?(reason: AppError): void
}

const mostBuffered = 64 * 1024

/**
 * A streaming reply: whoever reads the upstream pushes into it, whoever pipes it gets what was pushed.
 * Between creation and `pipe` it holds up to 64 KB, then asks the producer to pause.
 */
export class PushReply implements Reply {
  readonly status: number
  readonly dialect: string
  readonly #tap: Tap
  readonly #decoder: FrameDecoder | undefined
  #sink: ReplySink | undefined
  #face: Face = 'events'
  #early: (Uint8Array | readonly ReplyEvent[])[] = []
  #held = 0
  #outcome: Outcome | undefined
  #ended = false
  #paused = false
  #waiting: (() => void)[] = []

  constructor(dialect: string, tap: Tap = {}, decoder?: FrameDecoder, status = 200) {
    this.dialect = dialect
    this.status = status
    this.#tap = tap
    this.#decoder = decoder
  }

  /** One read from upstream. False: full; the producer pauses until its `resume` is called. */
  push(read: Uint8Array): boolean {
    if (this.#ended || this.#outcome) return true
    if (!this.#sink) return this.#keep(read, read.length)
    return this.#full(this.#face === 'bytes' ? this.#sink.bytes!(read) : this.#emit(this.#decoder!.decode(read)))
  }

  /** Events we made ourselves. */
  pushEvents(batch: readonly ReplyEvent[]): boolean {
    if (this.#ended || this.#outcome) return true
    if (!this.#sink) return this.#keep(batch, batch.length * 256)
    return this.#full(this.#emit(batch))
  }

  /** Once; later calls are ignored. */
  end(outcome: Outcome): void {
    if (this.#outcome) return
    this.#outcome = outcome
    if (this.#sink && !this.#paused) this.#finish()
  }

  /** For producers that await: resolves when there is room again, or the reply has ended. */
  ready(): Promise<void> {
    if (!this.#paused || this.#ended) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  pipe(sink: ReplySink, face: Face): void {
    if (this.#sink) throw new Error('a reply is piped once')
    this.#sink = sink
    this.#face = face === 'bytes' && sink.bytes && this.#decoder ? 'bytes' : 'events'
    if (!this.#early.length && !this.#outcome) return
    const early = this.#early
    this.#early = []
    this.#held = 0
    let open = true
    for (const read of early)
      if (!(read instanceof Uint8Array)) open = this.#emit(read)
      else open = this.#face === 'bytes' ? sink.bytes!(read) : this.#emit(this.#decoder!.decode(read))
    if (this.#outcome) this.#finish()
    else if (open) this.resume()
    else this.#paused = true
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#tap.pause?.()
  }

  resume(): void {
    if (!this.#paused || !this.#sink) return
    this.#paused = false
    for (const go of this.#waiting.splice(0)) go()
    if (this.#outcome) this.#finish()
    else this.#tap.resume?.()
  }

  cancel(reason: AppError): void {
    if (this.#ended) return
    if (!this.#outcome) {
      this.#tap.cancel?.(reason)
      this.#outcome = { end: reason.code === 'blocked' ? 'blocked' : 'cancelled', error: reason }
    }
    if (this.#sink) this.#finish() // also when paused: nobody will resume
  }

  #keep(read: Uint8Array | readonly ReplyEvent[], size: number): boolean {
    this.#early.push(read)
    this.#held += size
    return this.#full(this.#held < mostBuffered)
  }

  #emit(batch: readonly ReplyEvent[]): boolean {
    return batch.length === 0 || this.#sink!.events(batch)
  }

  #full(open: boolean): boolean {
    if (!open) this.pause()
    return open
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    const outcome = this.#outcome!
    if (this.#decoder && this.#face === 'events' && outcome.end === 'complete') this.#emit(this.#decoder.flush())
    for (const go of this.#waiting.splice(0)) go()
    this.#sink!.end(outcome)
  }
}
