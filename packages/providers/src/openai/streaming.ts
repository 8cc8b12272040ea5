import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, type Outcome, Pieces, PushReply, type Reply, toAppError, type UpstreamControl } from '@gatehouse/kernel'
import { dataOf, FrameSplitter, framesIn } from '../frames.ts'
import { asStream } from './as-stream.ts'
import { wholeReply } from './gathering.ts'
import { countsOf, dialect, estimated, type Handling, refusal, wordOf } from './handling.ts'
import { FrameRepair } from './repair.ts'
import { ChunkDecoder } from './reply.ts'
import { Tail } from './tail.ts'

const mostGathered = 32 * 1024 * 1024
const mostComments = 64 * 1024
const done = Buffer.from('data: [DONE]\n\n')

/**
 * Pushes a streamed answer on as it is read. The promise resolves with the first event, so that an error in place of an answer
 * still finds the way to the next target. Reads are passed untouched when their frames are as strict clients need them (`repair.ts`).
 * What a read cut in two waits for its rest: half a frame tells nobody anything, and half a vendor's error could not be taken back.
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
  readonly #early = new Pieces()
  readonly #splitter = new FrameSplitter()
  readonly #repair = new FrameRepair()

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
    if (this.#state === 'waiting') return this.#begin(this.#splitter.complete(read))
    this.#early.add(read)
    if (this.#early.size > mostGathered) throw new AppError('upstream_failed', 'the vendor sent more than 32 MB')
    return true
  }

  end(): void {
    if (this.#state === 'open') this.#finish()
    else this.#settle()
  }

  /** It ended before the reply was opened: a refusal, a complete answer in place of a stream, or nothing. */
  #settle(): void {
    const body = this.#early.take()
    try {
      if (this.#status !== 200) throw refusal(this.#status, this.#headers, wordOf(body.toString('utf8')))
      if (this.#state === 'waiting') throw new AppError('upstream_failed', 'the vendor ended before it said anything')
      this.#resolve(asStream(wholeReply(body, this.#request)))
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

  /** The first event decides: an error rejects, anything else opens the reply. What stands before it is passed on too, unless it is endless. */
  #begin(whole: Buffer): boolean {
    this.#early.add(whole)
    const first = framesIn(whole).find((frame) => dataOf(frame) !== undefined)
    if (!first) {
      if (this.#early.size > mostComments) this.#early.take()
      return true
    }
    new FrameRepair().frame(first) // throws
    this.#state = 'open'
    const reply = new PushReply(
      dialect,
      { pause: () => this.control?.pause(), resume: () => this.control?.resume(), cancel: (reason) => this.control?.abort(reason) },
      new ChunkDecoder(),
    )
    this.#reply = reply
    this.#resolve(reply)
    return this.#pass(this.#early.take())
  }

  #push(read: Uint8Array): boolean {
    const whole = this.#splitter.complete(read)
    return whole.length === 0 || this.#pass(whole)
  }

  /** Complete frames, one or many; a read in which nothing had to change goes on as it is. */
  #pass(whole: Buffer): boolean {
    const frames = framesIn(whole)
    if (frames.length === 1) return this.#sendOn(this.#repaired(frames[0]!))
    const pieces: Buffer[] = []
    let same = true
    for (const frame of frames) {
      let piece: Buffer | undefined
      try {
        piece = this.#repaired(frame)
      } catch (thrown) {
        this.#sendOn(Buffer.concat(pieces)) // what it said before stays said
        throw thrown
      }
      same &&= piece === frame
      if (piece) pieces.push(piece)
    }
    return this.#sendOn(same ? whole : Buffer.concat(pieces))
  }

  #sendOn(bytes: Buffer | undefined): boolean {
    return !bytes?.length || this.#reply!.push(bytes)
  }

  /** Its usage stands before `[DONE]`: a vendor that told none gets a frame with our estimate, for callers that bill by it. */
  #repaired(frame: Buffer): Buffer | undefined {
    const repaired = this.#repair.frame(frame)
    if (repaired) this.#tail.keep(repaired)
    if (!repaired || this.#repair.toldUsage || !repaired.equals(done)) return repaired
    return Buffer.concat([this.#usageFrame(), done])
  }

  #usageFrame(): Buffer {
    const { usage, estimate } = this.#tail.judge()
    const counts = countsOf(usage ?? estimated(this.#request, estimate))
    const head = { id: 'chatcmpl-usage', object: 'chat.completion.chunk', created: 0, model: this.#request.model }
    return Buffer.from(`data: ${JSON.stringify({ ...head, choices: [], usage: counts })}\n\n`)
  }

  #finish(): void {
    const rest = this.#splitter.rest()
    const last = rest && dataOf(rest)?.trim()
    if (last === '[DONE]')
      this.#pass(done) // some leave the last blank line out
    else if (rest && rest.toString('latin1').trim() !== '') this.#tail.keep(rest)
    this.#state = 'over'
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
    if (!ending.terminated) this.#pass(done) // it said finish_reason; our callers wait for [DONE]
    return { ...facts, end: 'complete' }
  }
}
