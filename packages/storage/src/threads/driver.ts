import { type TransferListItem, Worker } from 'node:worker_threads'
import { AppError, type Clock } from '@gatehouse/kernel'
import type { Reads, Writes } from '../embedded/worker/operations.ts'
import type { PlainFailure } from './failure.ts'
import type { Changed, FromWorker, Request, ToWorker } from './protocol.ts'

const mostPending = 20_000
const mostBytes = 256 << 20

/** What a call of these tables takes and gives. */
export type Args<Table, Name extends keyof Table> = Table[Name] extends (context: never, args: infer A) => unknown ? A : undefined
export type Result<Table, Name extends keyof Table> = Table[Name] extends (context: never, args: never) => infer R ? R : never

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (failure: AppError) => void
  readonly bytes: number
}

export const toError = ({ code, message, details, stack }: PlainFailure): AppError => new AppError(code, message, { details, cause: stack })

/** The way to a thread of a store. */
export interface Channel {
  ask(name: string, args: unknown, bytes?: number): Promise<unknown>
  post(message: ToWorker, transfer: TransferListItem[]): void
}

interface WorkerChannelOptions {
  readonly workerData: object
  readonly clock: Clock
  /** Hears of changes that other processes made. */
  readonly changed?: (changes: readonly Changed[]) => void
}

/** One worker thread and what it still has to answer. */
class WorkerChannel implements Channel {
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #clock: Clock
  readonly #pending = new Map<number, Pending>()
  #outgoing: Request[] = []
  #bytes = 0
  #next = 1
  #failure: AppError | undefined

  constructor(entry: URL, { workerData, clock, changed }: WorkerChannelOptions) {
    this.#clock = clock
    // rows pass through; a large nursery in each thread would only be memory
    this.#worker = new Worker(entry, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 8 } })
    const started = Promise.withResolvers<void>()
    this.ready = started.promise
    this.ready.catch(() => {})
    this.#worker.on('message', (message: FromWorker) => {
      if (message.ready) started.resolve()
      if (message.fatal) started.reject(this.#fail(toError(message.fatal)))
      if (message.changed) changed?.(message.changed)
      for (const response of message.responses ?? []) this.#settle(response.id, response.result, response.failure)
    })
    this.#worker.on('error', (cause) =>
      started.reject(this.#fail(new AppError('internal', `a thread of the store died: ${cause.message}`, { cause }))),
    )
    this.#worker.on('exit', () => started.reject(this.#fail(new AppError('overloaded', 'the store is closed'))))
  }

  get pending(): number {
    return this.#pending.size
  }
  get failure(): AppError | undefined {
    return this.#failure
  }

  ask(name: string, args: unknown, bytes = 256): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#pending.size >= mostPending || this.#bytes + bytes > mostBytes)
      return Promise.reject(new AppError('overloaded', 'the store has too much to do: try again later'))
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    // while somebody waits for an answer the process stays; otherwise the store does not keep it
    if (this.#pending.size === 0) this.#worker.ref()
    const id = this.#next++
    this.#pending.set(id, { resolve, reject, bytes })
    this.#bytes += bytes
    this.#outgoing.push({ id, name, args, now: this.#clock.now() })
    if (this.#outgoing.length === 1) queueMicrotask(() => this.#send())
    return promise
  }

  post(message: ToWorker, transfer: TransferListItem[]): void {
    this.#worker.postMessage(message, transfer)
  }

  release(): void {
    if (this.#pending.size === 0) this.#worker.unref()
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #send(): void {
    const requests = this.#outgoing
    this.#outgoing = []
    try {
      this.#worker.postMessage({ requests } satisfies ToWorker)
    } catch (cause) {
      // something in it cannot be copied
      for (const { id } of requests) this.#settle(id, undefined, { code: 'internal', message: String(cause), details: {} })
    }
  }

  #settle(id: number, result: unknown, failure: PlainFailure | undefined): void {
    const waiting = this.#pending.get(id)
    if (!waiting) return
    this.#pending.delete(id)
    this.#bytes -= waiting.bytes
    if (this.#pending.size === 0) this.#worker.unref()
    if (failure) waiting.reject(toError(failure))
    else waiting.resolve(result)
  }

  #fail(failure: AppError): AppError {
    this.#failure ??= failure
    for (const { reject } of this.#pending.values()) reject(this.#failure)
    this.#pending.clear()
    return this.#failure
  }
}

export interface DriverOptions extends WorkerChannelOptions {
  /** Entries of the threads: one that writes, and those that read. */
  readonly writer: URL
  readonly reader: URL
  readonly readers: number
}

/** One writer, some readers; a reader starts when the others are busy. */
export class Driver {
  readonly writer: WorkerChannel
  readonly #start: () => WorkerChannel
  readonly #readers: WorkerChannel[] = []
  readonly #most: number

  constructor({ writer, reader, readers, ...options }: DriverOptions) {
    this.writer = new WorkerChannel(writer, options)
    this.#start = () => new WorkerChannel(reader, options)
    this.#most = Math.max(1, readers)
  }

  /** Names and types are the workers' own tables. */
  read<Name extends keyof Reads & string>(name: Name, args: Args<Reads, Name>): Promise<Result<Reads, Name>> {
    return this.#reader().ask(name, args) as Promise<Result<Reads, Name>>
  }

  write<Name extends keyof Writes & string>(name: Name, args: Args<Writes, Name>, bytes?: number): Promise<Result<Writes, Name>> {
    return this.writer.ask(name, args, bytes) as Promise<Result<Writes, Name>>
  }

  /** Every thread gives back memory it does not need. */
  rest(): void {
    for (const channel of [this.writer, ...this.#readers]) channel.post({ rest: true }, [])
  }

  check(): void {
    for (const { failure } of [this.writer, ...this.#readers]) if (failure) throw failure
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.terminate()))
    try {
      await this.writer.ask('close', undefined)
    } finally {
      await this.writer.terminate()
    }
  }

  #reader(): WorkerChannel {
    const [idlest] = [...this.#readers].sort((a, b) => a.pending - b.pending)
    if (idlest && (idlest.pending === 0 || this.#readers.length >= this.#most)) return idlest
    const started = this.#start()
    this.#readers.push(started)
    return started
  }
}
