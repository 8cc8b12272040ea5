import { MessageChannel, Worker } from 'node:worker_threads'
import type { CallRecord } from '@gatehouse/contracts'
import { type JournalContent, ownerOf } from '@gatehouse/kernel'
import type { Channel } from './driver.ts'
import type { ContentItem, FromContent, ToContent } from './worker/content.worker.ts'

const mostBytes = 32 << 20

/** Hands what was said to the content thread, which starts with the first of it. Bounded: what does not fit is refused, and the caller says so. */
export class ContentQueue {
  readonly #writer: Channel
  readonly #redactor: string | undefined
  #worker: Worker | undefined
  #bytes = 0
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
  take(record: CallRecord, content: JournalContent): ContentItem | undefined {
    const bytes = sizeOf(content)
    if (this.#failed || this.#bytes + bytes > mostBytes) {
      this.refused++
      return undefined
    }
    this.#bytes += bytes
    return { call: record.id, at: record.at, person: personOf(record), bytes, ...copyOf(content) }
  }

  post(items: readonly ContentItem[]): void {
    this.#start().postMessage({ items } satisfies ToContent)
  }

  /** The line was not written: nor is the content. */
  giveBack(items: readonly ContentItem[]): void {
    this.#free(items.reduce((sum, { bytes }) => sum + bytes, 0))
  }

  /** Drops the person's key and what waits. */
  async forget(person: string): Promise<void> {
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
    await this.#holding(new Promise<void>((resolve) => this.#idle.push(resolve)))
  }

  async close(): Promise<void> {
    await this.settled()
    this.#failed = true
    await this.#worker?.terminate()
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
    const worker = new Worker(new URL('./worker/content.worker.ts', import.meta.url), {
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
    this.#free(this.#bytes)
    for (const wake of this.#forgets.values()) wake()
    this.#forgets.clear()
  }
}

const personOf = ({ consumer, user, pseudonym }: CallRecord) =>
  ownerOf({ consumer, principals: [], ...(user !== undefined && { user }), ...(pseudonym !== undefined && { pseudonym }) })
const lengthOf = (part: Uint8Array | string) => (typeof part === 'string' ? part.length * 2 : part.byteLength)
const sizeOf = ({ request, reply }: JournalContent): number =>
  256 + lengthOf(request) + (typeof reply === 'string' ? lengthOf(reply) : reply.reduce((sum, part) => sum + part.byteLength, 0))

/** Own copies: a view would drag its whole pool through the port, and the reader may reuse it. */
const copyOf = ({ level, dialect, request, reply }: JournalContent): Pick<ContentItem, 'level' | 'dialect' | 'request' | 'reply'> => ({
  level,
  dialect,
  request: typeof request === 'string' ? request : joined([request]),
  reply: typeof reply === 'string' ? reply : joined(reply),
})

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
