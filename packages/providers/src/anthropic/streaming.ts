import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, type Outcome, PushReply, type Reply, ReplyEvent, toAppError, type UpstreamControl } from '@gatehouse/kernel'
import { dataOf, FrameSplitter } from '../frames.ts'
import { asStream } from '../openai/as-stream.ts'
import { estimated, type Handling, refusal, wordOf } from '../openai/handling.ts'
import { finishOf, ToChunks } from './chunks.ts'
import { Counted, errorIn, MessageDecoder, type MessageEvent, parsed } from './reply.ts'
import { wholeReply } from './whole.ts'

const mostGathered = 32 * 1024 * 1024

/**
 * Pushes a streamed message on: as it is read to a caller of the same dialect, as canonical chunks to any other. The promise resolves with
 * the first event that is no ping, so that an error in place of an answer still finds the way to the next target.
 */
export class MessageStreaming implements Handling {
  control?: UpstreamControl
  readonly #request: ChatRequest
  readonly #resolve: (reply: Reply) => void
  readonly #reject: (reason: Error) => void
  readonly #splitter = new FrameSplitter()
  readonly #counted = new Counted()
  readonly #chunks: ToChunks | undefined
  #reply: PushReply | undefined
  #state: 'waiting' | 'gathering' | 'open' | 'over' = 'waiting'
  #status = 0
  #headers: Readonly<Record<string, string>> = {}
  #early: Uint8Array[] = []
  #size = 0
  #deltas = 0
  #finish: string | undefined
  #stopped = false

  constructor(request: ChatRequest, resolve: (reply: Reply) => void, reject: (reason: Error) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
    if (!request.dialect) this.#chunks = new ToChunks(this.#counted)
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status
    this.#headers = headers
    if (status !== 200 || !String(headers['content-type'] ?? '').startsWith('text/event-stream')) this.#state = 'gathering'
  }

  data(read: Uint8Array): boolean {
    if (this.#state === 'over') return true
    if (this.#state === 'open') return this.#push(read, this.#watch(read), this.#reply!)
    this.#early.push(read)
    this.#size += read.length
    if (this.#size > mostGathered) throw new AppError('upstream_failed', 'the vendor sent more than 32 MB')
    if (this.#state === 'gathering') return true
    const events = this.#watch(read)
    if (events.length === 0) return true
    const sofar = Buffer.concat(this.#early)
    this.#early = []
    return this.#push(sofar, events, this.#begin())
  }

  end(): void {
    const state = this.#state
    this.#state = 'over'
    if (state === 'open') this.#reply!.end(this.#outcome(undefined))
    else this.#settle(Buffer.concat(this.#early), state === 'waiting')
  }

  /** It ended before the reply was opened: a refusal, a complete answer in place of a stream, or nothing. */
  #settle(body: Buffer, waited: boolean): void {
    try {
      if (this.#status !== 200) throw refusal(this.#status, this.#headers, wordOf(body.toString('utf8')))
      if (waited) throw new AppError('upstream_failed', 'the vendor ended before it said anything')
      const whole = wholeReply(body, this.#request)
      this.#resolve(this.#request.dialect ? whole : asStream(whole))
    } catch (thrown) {
      this.#reject(thrown as Error)
    }
  }

  fail(thrown: Error): void {
    const open = this.#state === 'open'
    this.#state = 'over'
    if (open) this.#reply!.end(this.#outcome(toAppError(thrown)))
    else this.#reject(thrown)
  }

  #begin(): PushReply {
    const tap = {
      pause: () => this.control?.pause(),
      resume: () => this.control?.resume(),
      cancel: (reason: AppError) => this.control?.abort(reason),
    }
    const { dialect } = this.#request
    this.#reply = dialect ? new PushReply(dialect.name, tap, new MessageDecoder()) : new PushReply('openai-chat', tap)
    this.#state = 'open'
    this.#resolve(this.#reply)
    return this.#reply
  }

  /** Reads along: errors stop the stream before they are shown, because the vendor's words may name accounts and hosts. */
  #watch(read: Uint8Array): MessageEvent[] {
    const events: MessageEvent[] = []
    for (const frame of this.#splitter.push(read)) {
      const data = dataOf(frame)
      if (data === undefined) continue
      const event = parsed(data)
      if (event.type === 'ping') continue
      if (event.type === 'error') throw errorIn(event)
      this.#note(event)
      events.push(event)
    }
    return events
  }

  #note(event: MessageEvent): void {
    this.#counted.add(event.message?.usage ?? event.usage)
    if (event.type === 'content_block_delta') this.#deltas++
    else if (event.type === 'message_delta') this.#finish = event.delta?.stop_reason ?? this.#finish
    else if (event.type === 'message_stop') this.#stopped = true
  }

  #push(read: Uint8Array, events: readonly MessageEvent[], reply: PushReply): boolean {
    if (!this.#chunks) return reply.push(read)
    const batch: ReplyEvent[] = []
    for (const event of events) {
      const payload = this.#chunks.take(event)
      if (payload) batch.push(new ReplyEvent(payload))
    }
    return batch.length === 0 || reply.pushEvents(batch)
  }

  #outcome(error: AppError | undefined): Outcome {
    const { usage: told } = this.#counted
    const finish = this.#finish !== undefined && (this.#chunks ? finishOf(this.#finish) : this.#finish)
    // before its last word a vendor has told only the beginning of the output
    const usage = told && this.#finish === undefined ? { ...told, outputTokens: Math.max(told.outputTokens, this.#deltas) } : told
    const facts = { usage: usage ?? estimated(this.#request, this.#deltas), ...(finish !== false && { finish }) }
    if (error) return { ...facts, end: error.code === 'blocked' ? 'blocked' : error.code === 'cancelled' ? 'cancelled' : 'failed', error }
    if (this.#stopped) return { ...facts, end: 'complete' }
    return { ...facts, end: 'failed', error: new AppError('upstream_failed', 'the vendor ended in the middle of its answer') }
  }
}
