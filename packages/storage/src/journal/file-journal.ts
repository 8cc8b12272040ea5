import { closeSync, fdatasync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CallRecord } from '@gatehouse/contracts'
import { AppError, type Journal, type JournalContent, type JournalState } from '@gatehouse/kernel'
import type { ContentQueue, TakenContent } from '../contents/content-queue.ts'
import type { Channel } from '../threads/driver.ts'
import type { Advance } from './lines.ts'

const sync = promisify(fdatasync)

/** Of one tick, and of what the store has not taken yet. */
const mostWaiting = 16 << 20
const mostBehind = 512 << 20
const rotateAt = 64 << 20
const syncEvery = 200
const probeEvery = 1000
const probe = Buffer.concat([Buffer.alloc(64 << 10, ' '), Buffer.from('\n')])

/** For tests: a disk that is full, or that writes short. */
export type Write = (handle: number, bytes: Uint8Array) => number
type Written = (failure?: Error) => void

interface File {
  readonly name: string
  readonly handle: number
  size: number
  /** Nothing more is written to it. */
  final: boolean
  taken: number
}

export interface FileJournalOptions {
  readonly directory: string
  readonly writer: string
  readonly channel: Channel
  readonly contents: ContentQueue
  readonly write?: Write
  readonly rotateAt?: number
}

/** One line per call, one write per tick; the storage writer follows the file. */
export class FileJournal implements Journal {
  readonly #options: FileJournalOptions
  readonly #folder: string
  readonly #write: Write
  #lines: string[] = []
  #written: Written[] = []
  #contents: TakenContent[] = []
  #waiting = 0
  #files: File[]
  #number = 0
  #failure: AppError | undefined
  #probe: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #advancing: Promise<void> = Promise.resolve()
  #lagging: Error | undefined
  /** Since when the oldest line waits that the store has not taken. */
  #behindSince: number | undefined
  #closed = false

  constructor(options: FileJournalOptions) {
    this.#options = options
    this.#write = options.write ?? ((handle, bytes) => writeSync(handle, bytes))
    this.#folder = join(options.directory, 'journal')
    mkdirSync(this.#folder, { recursive: true })
    this.#files = [this.#open()]
  }

  write(record: CallRecord, content: JournalContent | undefined, written: Written): void {
    if (this.#closed) {
      written(new AppError('overloaded', 'the journal is closed'))
      return
    }
    const item = content && this.#options.contents.take(record, content)
    if (item) this.#contents.push(item)
    // never silent: a record says "off" when its content was dropped
    const line = JSON.stringify(content && !item ? { ...record, content: 'off' } : record)
    this.#lines.push(line)
    this.#written.push(written)
    this.#waiting += line.length
    if (this.#lines.length === 1) setImmediate(() => this.#flushTick())
  }

  check(): void {
    if (this.#failure) throw this.#failure
    if (this.#closed) throw new AppError('overloaded', 'the journal is closed')
    if (this.#waiting > mostWaiting) throw new AppError('overloaded', 'the journal has too much to write: try again later')
    if (this.#behind() > mostBehind) throw new AppError('overloaded', 'the store is too far behind the journal: try again later')
  }

  async flush(): Promise<void> {
    while (this.#lines.length > 0) await new Promise((resolve) => setImmediate(resolve))
    await this.#advance()
    if (this.#lagging) throw this.#lagging
    await this.#options.contents.settled()
  }

  async close(): Promise<void> {
    while (this.#lines.length > 0) await new Promise((resolve) => setImmediate(resolve))
    this.#closed = true
    clearInterval(this.#probe)
    this.#current.final = true
    await this.#advance()
    clearTimeout(this.#timer)
    for (const { handle } of this.#files.splice(0)) closeSync(handle)
  }

  /** Why the store does not take what is written, if so. */
  get lagging(): Error | undefined {
    return this.#lagging
  }

  state(): JournalState {
    return {
      waitingBytes: this.#waiting,
      behindBytes: this.#behind(),
      behindFor: this.#behindSince === undefined ? 0 : Math.max(0, Date.now() - this.#behindSince),
      failing: this.#failure !== undefined || this.#lagging !== undefined,
    }
  }

  get #current(): File {
    return this.#files.at(-1)!
  }

  #open(): File {
    const name = `${this.#options.writer}-${String(++this.#number).padStart(6, '0')}.jsonl`
    return { name, handle: openSync(join(this.#folder, name), 'ax', 0o600), size: 0, final: false, taken: 0 }
  }

  #flushTick(): void {
    const [lines, written, contents] = [this.#lines, this.#written, this.#contents]
    this.#lines = []
    this.#written = []
    this.#contents = []
    this.#waiting = 0
    const failure = this.#append(Buffer.from(`${lines.join('\n')}\n`))
    if (contents.length > 0) {
      if (failure) this.#options.contents.giveBack(contents)
      else this.#options.contents.post(contents)
    }
    tell(written, failure)
    if (failure) return
    if (this.#current.size >= (this.#options.rotateAt ?? rotateAt)) this.#rotate()
    this.#timer ??= setTimeout(() => this.#advance(), syncEvery).unref()
  }

  /** All of it or nothing: what was written short is cut off again. */
  #append(bytes: Uint8Array): AppError | undefined {
    let file = this.#current
    try {
      if (file.final) {
        file = this.#open()
        this.#files.push(file)
      }
      const count = this.#write(file.handle, bytes)
      if (count !== bytes.length) throw new Error(`${count} of ${bytes.length} bytes were written`)
      file.size += bytes.length
      this.#behindSince ??= Date.now()
      this.#recover()
      return undefined
    } catch (cause) {
      return this.#fail(file, cause)
    }
  }

  #fail(file: File, cause: unknown): AppError {
    try {
      if (fstatSync(file.handle).size > file.size) ftruncateSync(file.handle, file.size)
    } catch {
      // the torn line has no end: the reader leaves it, and the next good write would follow it, so begin a new file
      file.final = true
    }
    this.#failure = new AppError('overloaded', 'the journal cannot be written; is the disk full?', { cause })
    // nobody is let in meanwhile, so nobody writes: ask the disk itself
    this.#probe ??= setInterval(() => this.#tryProbe(), probeEvery).unref()
    return this.#failure
  }

  #tryProbe(): void {
    try {
      if (this.#current.final) this.#files.push(this.#open())
      if (this.#write(this.#current.handle, probe) !== probe.length) throw new Error('written short')
      this.#recover()
    } catch {
      // still full
    } finally {
      if (!this.#current.final) ftruncateSync(this.#current.handle, this.#current.size)
    }
  }

  #recover(): void {
    this.#failure = undefined
    clearInterval(this.#probe)
    this.#probe = undefined
  }

  #rotate(): void {
    const full = this.#current
    try {
      this.#files.push(this.#open())
      full.final = true
    } catch {
      // goes on in the old one
    }
  }

  #behind(): number {
    let bytes = 0
    for (const { size, taken } of this.#files) bytes += size - taken
    return bytes
  }

  /** One after the other: sync, then tell the writer how far it may read. */
  #advance(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#advancing = this.#advancing.then(() => this.#advanceAll())
    return this.#advancing
  }

  async #advanceAll(): Promise<void> {
    const began = Date.now()
    for (const file of [...this.#files]) {
      const { size, final } = file
      if (size === file.taken && !final) continue
      try {
        await sync(file.handle)
        await this.#options.channel.ask('journal.advance', { file: file.name, upTo: size, final, fresh: true } satisfies Advance)
        file.taken = size
        this.#lagging = undefined
      } catch (thrown) {
        this.#lagging = thrown instanceof Error ? thrown : new Error(String(thrown))
        if (!this.#closed) this.#timer ??= setTimeout(() => this.#advance(), probeEvery).unref()
        return
      }
      if (final) this.#drop(file)
    }
    this.#behindSince = this.#behind() === 0 ? undefined : began
  }

  #drop(file: File): void {
    closeSync(file.handle)
    this.#files = this.#files.filter((other) => other !== file)
  }
}

/** One that throws does not keep the others from hearing. */
function tell(written: readonly Written[], failure: Error | undefined): void {
  let thrown: unknown
  for (const callback of written)
    try {
      callback(failure)
    } catch (error) {
      thrown ??= error
    }
  if (thrown !== undefined) throw thrown
}
