import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** One measured load: `connections` callers, each sending its next request when it has its answer, `count` in all. */
export interface LoadOrder {
  readonly port: number
  readonly connections: number
  readonly count: number
  readonly key: string
  readonly body: string
}
export interface LoadResult {
  readonly answers: number
  readonly statuses: Readonly<Record<string, number>>
  /** SHA-256 of the body without what differs from call to call: how many times each was seen. */
  readonly bodies: Readonly<Record<string, number>>
  /** Server-sent events seen. */
  readonly frames: number
  /** Milliseconds to the first text that is not empty, and to the end; medians over all answers. */
  readonly firstText: number
  readonly took: number
  /** Reads it took to get them all: a stream that is held back comes in few. */
  readonly reads: number
  readonly p99: number
}

const blankLine = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('\r\n0\r\n\r\n')

/** The end of a chunked body; ours comes in a read of its own, when the call is on record. */
const isLast = (read: Buffer) => read.subarray(-lastChunk.length).equals(lastChunk.subarray(-read.length))

/** The frame that only opens an answer has an empty text: it says nothing about when the first word came. */
const saysSomething = (read: Buffer) => /"content":"[^"]/.test(read.toString('latin1'))

interface Answer {
  readonly status: number
  readonly body: Buffer
  readonly reads: number
  /** Milliseconds to the first text, and to the end. */
  readonly first: number
  readonly took: number
}

/** A caller over a bare socket: the load must not cost more than what it measures. */
class Caller {
  readonly #socket: Socket
  readonly #request: Buffer
  readonly #next: () => boolean
  readonly #done: (answer: Answer) => void
  #reads: Buffer[] = []
  #size = 0
  #begun = 0
  #first = 0
  #needed = 0
  #chunked = false
  #status = 0

  constructor(order: LoadOrder, next: () => boolean, done: (answer: Answer) => void) {
    this.#next = next
    this.#done = done
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer ${order.key}\r\ncontent-length: ${Buffer.byteLength(order.body)}\r\n\r\n`
    this.#request = Buffer.from(head + order.body)
    this.#socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true }, () => this.#send())
    this.#socket.on('data', (read) => this.#take(read))
    this.#socket.on('error', () => this.#answer(0))
  }

  #send(): void {
    if (!this.#next()) return void this.#socket.destroy()
    this.#reads = []
    this.#size = 0
    this.#needed = 0
    this.#first = 0
    this.#begun = performance.now()
    this.#socket.write(this.#request)
  }

  #take(read: Buffer): void {
    this.#reads.push(read)
    this.#size += read.length
    if (this.#needed === 0) this.#head()
    if (!this.#first && saysSomething(read)) this.#first = performance.now() - this.#begun
    if (this.#needed > 0 && (this.#chunked ? isLast(read) : this.#size >= this.#needed)) this.#answer(this.#status)
  }

  #head(): void {
    const sofar = this.#reads.length === 1 ? this.#reads[0]! : Buffer.concat(this.#reads)
    const end = sofar.indexOf(blankLine)
    if (end < 0) return
    const head = sofar.toString('latin1', 0, end).toLowerCase()
    this.#status = Number(head.slice(9, 12))
    const length = /content-length: (\d+)/.exec(head)?.[1]
    this.#chunked = length === undefined
    this.#needed = end + 4 + Number(length ?? 0)
  }

  #answer(status: number): void {
    const all = Buffer.concat(this.#reads)
    this.#done({
      status,
      body: all.subarray(all.indexOf(blankLine) + 4),
      reads: this.#reads.length,
      first: this.#first,
      took: performance.now() - this.#begun,
    })
    if (status) this.#send()
  }
}

export function run(order: LoadOrder): Promise<LoadResult> {
  return new Promise((resolve) => {
    let sent = 0
    let frames = 0
    let all = 0
    const statuses: Record<string, number> = {}
    const bodies: Record<string, number> = {}
    const firsts: number[] = []
    const tooks: number[] = []
    const next = () => sent < order.count && ++sent > 0
    const done = ({ status, body, reads, first, took }: Answer) => {
      statuses[status] = (statuses[status] ?? 0) + 1
      all += reads
      firsts.push(first)
      tooks.push(took)
      const text = body.includes('data: ') ? body.toString('latin1').replace(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n/g, '') : undefined
      frames += text ? text.split('data: ').length - 1 : 0
      const hash = createHash('sha256')
        .update(text?.replaceAll('\r\n', '') ?? body)
        .digest('hex')
        .slice(0, 16)
      bodies[hash] = (bodies[hash] ?? 0) + 1
      if (firsts.length === order.count)
        resolve({
          answers: order.count,
          statuses,
          bodies,
          frames,
          reads: all,
          firstText: at(firsts, 0.5),
          took: at(tooks, 0.5),
          p99: at(tooks, 0.99),
        })
    }
    for (let caller = 0; caller < Math.min(order.connections, order.count); caller++) new Caller(order, next, done)
  })
}

const at = (values: number[], share: number): number =>
  values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

if (process.send) {
  process.send('ready')
  process.on('message', (order: LoadOrder) => void run(order).then((result) => process.send!(result)))
  process.on('disconnect', () => process.exit())
}
