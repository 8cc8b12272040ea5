import { MessageChannel, Worker } from 'node:worker_threads'
import type { CallRecord } from '@gatehouse/contracts'
import { type JournalContent, ownerOf } from '@gatehouse/kernel'
import type { Channel } from '../threads/driver.ts'
import type { ContentItem, FromContent, ToContent } from './content.worker.ts'

const mostBytes = 32 << 20
/** What is taken within this time goes over together: waking two threads and a commit for every call would cost more than the work. */
const together = 100
/** Goes at once when there is this much. */
const mostWaiting = 1 << 20

/** What one call said, as it was taken: nothing of it is copied before its line is written. */
export interface TakenContent extends Omit<ContentItem, 'request' | 'reply'> {
  readonly content: JournalContent
}

/** Hands what was said to the content thread, which starts with the first of it. Bounded: what does not fit is refused, and the caller says so. */
export class ContentQueue {
  readonly #writer: Channel
  readonly #redactor: string | undefined
  #worker: Worker | undefined
  #bytes = 0
  #waiting: TakenContent[] = []
  #waitingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []
  #failed = false
  #forgets = new Map<number, () => void>()
  #nextForget = 1
  #waiters = 0
  refused = 0

  constructor(writer: Channel, redactor: URL | undefined) {
    this.#writer = writer
    this.#redactor = redactor?.href
  }

  /** Room for it, taken; undefined when there is none. */
  take(record: CallRecord, content: JournalContent): TakenContent | undefined {
    const bytes = sizeOf(content)
    if (this.#failed || this.#bytes + bytes > mostBytes) {
      this.refused++
      return undefined
    }
    this.#bytes += bytes
    return { call: record.id, at: record.at, person: personOf(record), bytes, level: content.level, dialect: content.dialect, content }
  }

  /** Their lines are written. */
  post(taken: readonly TakenContent[]): void {
    for (const each of taken) {
      this.#waiting.push(each)
      this.#waitingBytes += each.bytes
    }
    if (this.#waitingBytes >= mostWaiting) this.#send()
    else this.#timer ??= setTimeout(() => this.#send(), together).unref()
  }

  /** The line was not written: nor is the content. */
  giveBack(taken: readonly TakenContent[]): void {
    this.#free(sumOf(taken))
  }

  /** Drops the person's key and what waits. */
  async forget(person: string): Promise<void> {
    // never handed over: the thread would ask for a new key
    const dropped = this.#waiting.filter((each) => each.person === person)
    this.#waiting = this.#waiting.filter((each) => each.person !== person)
    this.#waitingBytes -= sumOf(dropped)
    this.giveBack(dropped)
    if (!this.#worker || this.#failed) return
    const id = this.#nextForget++
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#forgets.set(id, resolve)
    this.#worker.postMessage({ forget: { id, person } } satisfies ToContent)
    await this.#holding(promise)
  }

  /** Everything taken is in the store, or recorded as lost. */
  async settled(): Promise<void> {
    if (this.#bytes === 0) return
    this.#send()
    await this.#holding(new Promise<void>((resolve) => this.#idle.push(resolve)))
  }

  async close(): Promise<void> {
    this.#worker?.postMessage({ closing: true } satisfies ToContent)
    await this.settled()
    this.#failed = true
    await this.#worker?.terminate()
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0 || this.#failed) return
    const copies = new Copies(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#start().postMessage({ items: copies.items } satisfies ToContent, [copies.buffer])
  }

  /** While somebody waits the thread keeps the process; otherwise it does not. */
  async #holding(promise: Promise<void>): Promise<void> {
    this.#waiters++
    this.#worker?.ref()
    await promise
    if (--this.#waiters === 0) this.#worker?.unref()
  }

  #start(): Worker {
    if (this.#worker) return this.#worker
    const { port1, port2 } = new MessageChannel()
    this.#writer.post({ port: port1 }, [port1])
    const worker = new Worker(new URL('./content.worker.ts', import.meta.url), {
      workerData: { redactor: this.#redactor, writer: port2 },
      transferList: [port2],
    })
    worker.on('message', ({ done, forgotten }: FromContent) => {
      if (done) this.#free(done)
      if (forgotten === undefined) return
      this.#forgets.get(forgotten)?.()
      this.#forgets.delete(forgotten)
    })
    worker.on('error', () => this.#die())
    worker.on('exit', () => this.#die())
    worker.unref()
    this.#worker = worker
    return worker
  }

  #free(bytes: number): void {
    this.#bytes -= bytes
    if (this.#bytes > 0) return
    for (const wake of this.#idle.splice(0)) wake()
  }

  /** From now on everything is refused, visibly; calls go on. */
  #die(): void {
    this.#failed = true
    this.#waiting = []
    this.#waitingBytes = 0
    clearTimeout(this.#timer)
    this.#free(this.#bytes)
    for (const wake of this.#forgets.values()) wake()
    this.#forgets.clear()
  }
}

const personOf = ({ consumer, user, pseudonym }: CallRecord) =>
  ownerOf({ consumer, principals: [], ...(user !== undefined && { user }), ...(pseudonym !== undefined && { pseudonym }) })
const sumOf = (taken: readonly TakenContent[]) => taken.reduce((sum, { bytes }) => sum + bytes, 0)
const lengthOf = (part: Uint8Array | string) => (typeof part === 'string' ? part.length * 2 : part.byteLength)
const sizeOf = ({ request, reply }: JournalContent): number =>
  256 + lengthOf(request) + (typeof reply === 'string' ? lengthOf(reply) : reply.reduce((sum, part) => sum + part.byteLength, 0))

/** Own copies, all in one buffer that goes over whole: a view would drag its pool through the port. */
class Copies {
  readonly buffer: ArrayBuffer
  readonly items: readonly ContentItem[]
  readonly #whole: Uint8Array
  #at = 0

  constructor(taken: readonly TakenContent[]) {
    this.buffer = new ArrayBuffer(taken.reduce((sum, { content }) => sum + sizeOf(content), 0))
    this.#whole = new Uint8Array(this.buffer)
    this.items = taken.map(({ content: { request, reply }, ...facts }) => ({
      ...facts,
      request: typeof request === 'string' ? request : this.#copy([request]),
      reply: typeof reply === 'string' ? reply : this.#copy(reply),
    }))
  }

  #copy(parts: readonly Uint8Array[]): Uint8Array {
    const from = this.#at
    for (const part of parts) {
      this.#whole.set(part, this.#at)
      this.#at += part.byteLength
    }
    return this.#whole.subarray(from, this.#at)
  }
}
