import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, type Outcome, PushReply, type Reply, ReplyEvent, toAppError, type UpstreamControl } from '@gatehouse/kernel'
import { dataOf, FrameSplitter } from '../frames.ts'
import { wholeReply } from './gathering.ts'
import { dialect, estimated, type Handling, refusal, wordOf } from './handling.ts'
import { ChunkDecoder, decodeFrame } from './reply.ts'
import { Tail } from './tail.ts'

const mostGathered = 32 * 1024 * 1024
const errorField = Buffer.from('"error":')
const done = Buffer.from('data: [DONE]\n\n')

/**
 * Pushes a streamed answer on as it is read. The promise resolves with the first event, so that an error in place of an answer
 * still finds the way to the next target. Reads are passed untouched when the vendor frames as we do (`data: …\n\n`), and are framed anew when not.
 */
export class Streaming implements Handling {
  control?: UpstreamControl
  readonly #request: ChatRequest
  readonly #resolve: (reply: Reply) => void
  readonly #reject: (reason: Error) => void
  readonly #tail = new Tail()
  #reply: PushReply | undefined
  #state: 'waiting' | 'gathering' | 'open' | 'over' = 'waiting'
  #status = 0
  #headers: Readonly<Record<string, string>> = {}
  #early: Uint8Array[] = []
  #size = 0
  #framing: FrameSplitter | undefined

  constructor(request: ChatRequest, resolve: (reply: Reply) => void, reject: (reason: Error) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status
    this.#headers = headers
    if (status !== 200 || !String(headers['content-type'] ?? '').startsWith('text/event-stream')) this.#state = 'gathering'
  }

  data(read: Uint8Array): boolean {
    if (this.#state === 'open') return this.#push(read)
    if (this.#state === 'over') return true
    this.#early.push(read)
    this.#size += read.length
    if (this.#size > mostGathered) throw new AppError('upstream_failed', 'the vendor sent more than 32 MB')
    return this.#state === 'gathering' || this.#begin()
  }

  end(): void {
    if (this.#state === 'open') this.#finish()
    else this.#settle()
  }

  /** It ended before the reply was opened: a refusal, a complete answer in place of a stream, or nothing. */
  #settle(): void {
    const body = Buffer.concat(this.#early, this.#size)
    try {
      if (this.#status !== 200) throw refusal(this.#status, this.#headers, wordOf(body.toString('utf8')))
      if (this.#state === 'waiting') throw new AppError('upstream_failed', 'the vendor ended before it said anything')
      this.#resolve(asStream(body, this.#request))
    } catch (thrown) {
      this.#reject(thrown as Error)
    }
    this.#state = 'over'
  }

  fail(thrown: Error): void {
    const state = this.#state
    this.#state = 'over'
    if (state === 'open') this.#reply!.end(this.#outcome(toAppError(thrown)))
    else this.#reject(thrown)
  }

  /** The first event decides: an error rejects, anything else opens the reply. */
  #begin(): boolean {
    const sofar =
      this.#early.length === 1
        ? Buffer.from(this.#early[0]!.buffer, this.#early[0]!.byteOffset, this.#early[0]!.length)
        : Buffer.concat(this.#early, this.#size)
    const splitter = new FrameSplitter()
    const first = splitter.push(sofar).find((frame) => dataOf(frame) !== undefined)
    if (!first) return true
    if (decodeFrame(first).kind === 'error') throw new AppError('upstream_failed', 'the vendor reported an error in place of an answer')
    if (!framesAsWeDo(sofar)) this.#framing = new FrameSplitter()
    this.#state = 'open'
    this.#early = []
    const reply = new PushReply(
      dialect,
      { pause: () => this.control?.pause(), resume: () => this.control?.resume(), cancel: (reason) => this.control?.abort(reason) },
      new ChunkDecoder(),
    )
    this.#reply = reply
    this.#resolve(reply)
    return this.#push(sofar)
  }

  #push(read: Uint8Array): boolean {
    if ((read as Buffer).includes(errorField)) this.#refuseError(read)
    this.#tail.keep(read)
    if (!this.#framing) return this.#reply!.push(read)
    const frames = this.#framing.push(read).flatMap(reframed)
    return frames.length === 0 || this.#reply!.push(Buffer.concat(frames))
  }

  /** A vendor's error in mid-stream ends the stream in our words; its own may name accounts and hosts. */
  #refuseError(read: Uint8Array): void {
    for (const frame of new FrameSplitter().push(read))
      if (dataOf(frame)?.startsWith('{"error"')) throw new AppError('upstream_failed', 'the vendor reported an error in its answer')
  }

  #finish(): void {
    this.#state = 'over'
    const rest = this.#framing?.rest()
    if (rest) for (const frame of reframed(rest)) this.#reply!.push(frame)
    this.#reply!.end(this.#outcome(undefined))
  }

  #outcome(error: AppError | undefined): Outcome {
    const ending = this.#tail.judge()
    const usage = ending.usage ?? estimated(this.#request, ending.estimate)
    const facts = { usage, ...(ending.finish !== undefined && { finish: ending.finish }) }
    if (error) return { ...facts, end: error.code === 'blocked' ? 'blocked' : error.code === 'cancelled' ? 'cancelled' : 'failed', error }
    if (!ending.complete)
      return {
        ...facts,
        end: 'failed',
        error: new AppError(
          'upstream_failed',
          ending.error ? 'the vendor reported an error in its answer' : 'the vendor ended in the middle of its answer',
        ),
      }
    if (!ending.terminated) this.#reply!.push(done) // it said finish_reason; our callers wait for [DONE]
    return { ...facts, end: 'complete' }
  }
}

/** `data: ` with the space and line feeds only: strict clients show nothing for any other framing. */
const framesAsWeDo = (read: Buffer) => !read.includes(13) && (read.toString('latin1', 0, 6) === 'data: ' || read[0] === 58)

function reframed(frame: Buffer): Buffer[] {
  const data = dataOf(frame)
  return data === undefined ? [] : [Buffer.from(`data: ${data}\n\n`)]
}

/** A complete answer to a call that asked for a stream, as the events it would have been. */
function asStream(body: Buffer, request: ChatRequest): Reply {
  const { whole, outcome } = wholeReply(body, request)
  const { source: _, ...payload } = whole.payload
  const reply = new PushReply(dialect)
  reply.pushEvents([new ReplyEvent(payload)])
  reply.end(outcome)
  return reply
}
