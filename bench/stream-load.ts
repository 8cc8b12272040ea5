import { createHash, type Hash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { burst, ending, nameOf, opening, textFrame } from './paced-frames.ts'

/** Opens streams and keeps them until the vendor ends them. */
export interface StreamOrder {
  readonly port: number
  readonly key: string
  readonly model: string
  readonly count: number
  /** The first stream's number: each has one of its own in a run. */
  readonly from: number
  readonly perSecond: number
  /** Of how many streams the first does not read for now, and its vendor does not pause. 0: of none. */
  readonly slowEach: number
}
export type LoadCommand = { readonly open: StreamOrder } | 'count' | 'read' | 'finish'
export interface OpenResult {
  /** Milliseconds from the request to the first text, of the streams that read. */
  readonly firsts: readonly number[]
  readonly failed: number
}
export interface EndResult {
  readonly complete: number
  /** Streams that were cut off, or whose bytes are not the vendor's. */
  readonly wrong: readonly string[]
}

const mostWait = 60_000
const newline = 10
const prompt = 'Please summarise what our handbook says about annual leave, travel expenses and working from home. '.repeat(8)

let streams: Stream[] = []
let frames = 0

class Stream {
  readonly number: number
  readonly burst: boolean
  readonly first = Promise.withResolvers<number>()
  readonly end = Promise.withResolvers<string | undefined>()
  readonly #socket: Socket
  readonly #hash: Hash = createHash('sha256')
  #head = ''
  #left = 0
  #line = ''
  #inBody = false
  #count = 0
  #done = false
  #endsLine = false
  readonly #begun = performance.now()

  constructor({ port, key, model }: StreamOrder, number: number, isBurst: boolean) {
    this.number = number
    this.burst = isBurst
    const body = JSON.stringify({
      model,
      messages: [{ role: 'user', content: `${nameOf(number, isBurst)} ${prompt}` }],
      stream: true,
      stream_options: { include_usage: true },
    })
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer ${key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => this.#socket.write(head + body))
    this.#socket.on('data', (read) => this.#take(read))
    this.#socket.on('error', (error) => this.#finish(error.message))
    this.#socket.on('close', () => this.#finish('closed before its end'))
    if (isBurst) this.#socket.pause()
  }

  read(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Takes the chunked body apart; its frames may be cut anywhere. */
  #take(read: Buffer): void {
    let at = 0
    if (!this.#inBody) {
      this.#head += read.toString('latin1')
      const end = this.#head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!this.#head.startsWith('HTTP/1.1 200')) {
        this.#finish(this.#head.slice(0, 120).split('\r\n')[0])
        return
      }
      this.#inBody = true
      at = read.length - (this.#head.length - end - 4)
      this.#head = ''
    }
    while (at < read.length) {
      if (this.#left > 0) {
        const part = read.subarray(at, at + this.#left)
        this.#text(part)
        at += part.length
        this.#left -= part.length
        continue
      }
      const byte = read[at++]!
      if (byte !== 10) this.#line += String.fromCharCode(byte)
      else if (this.#line.trim() === '') this.#line = ''
      else {
        this.#left = Number.parseInt(this.#line, 16)
        this.#line = ''
        if (this.#left > 0) continue
        this.#check()
        return
      }
    }
  }

  #text(part: Buffer): void {
    this.#hash.update(part)
    // a frame ends with an empty line, which may be cut in two
    if (this.#endsLine && part[0] === newline) this.#frame()
    for (let at = part.indexOf('\n\n'); at >= 0; at = part.indexOf('\n\n', at + 2)) this.#frame()
    this.#endsLine = part.at(-1) === newline && part.at(-2) !== newline
    if (!this.#done && this.#count > 1) {
      this.#done = true
      this.first.resolve(performance.now() - this.#begun)
    }
  }

  #frame(): void {
    frames++
    this.#count++
  }

  #check(): void {
    const count = this.#count - 4 // the opening, the finish, the usage and [DONE]
    const expected = createHash('sha256').update(opening(this.number))
    for (let at = 1; at <= count; at++) expected.update(textFrame(this.number, at, this.burst ? burst.size : undefined))
    const same = expected.update(ending(this.number, count)).digest('hex') === this.#hash.digest('hex')
    this.#finish(same && (!this.burst || count === burst.frames) ? undefined : `other bytes than the vendor's, ${count} texts`)
  }

  #finish(failure: string | undefined): void {
    this.first.resolve(Number.NaN)
    this.end.resolve(failure)
    this.#socket.destroy()
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function open(order: StreamOrder): Promise<OpenResult> {
  frames = 0
  streams = []
  const began = performance.now()
  while (streams.length < order.count) {
    const due = Math.min(order.count, Math.floor(((performance.now() - began) / 1000) * order.perSecond) + 1)
    while (streams.length < due) {
      const at = streams.length
      streams.push(new Stream(order, order.from + at, order.slowEach > 0 && at % order.slowEach === 0))
    }
    await pause(5)
  }
  const reading = streams.filter(({ burst }) => !burst)
  const timer = setTimeout(() => {
    for (const stream of reading) stream.first.resolve(Number.NaN)
  }, mostWait)
  const all = await Promise.all(reading.map(({ first }) => first.promise))
  clearTimeout(timer)
  const firsts = all.filter((value) => !Number.isNaN(value))
  return { firsts, failed: all.length - firsts.length }
}

async function finish(): Promise<EndResult> {
  const timer = setTimeout(() => {
    for (const stream of streams) stream.end.resolve('did not end')
  }, mostWait)
  const ends = await Promise.all(streams.map(({ end }) => end.promise))
  clearTimeout(timer)
  for (const stream of streams) stream.destroy()
  streams = []
  const wrong = ends.filter((failure) => failure !== undefined)
  return { complete: ends.length - wrong.length, wrong }
}

async function obey(command: LoadCommand): Promise<unknown> {
  if (command === 'count') return { frames }
  if (command === 'finish') return finish()
  if (command !== 'read') return open(command.open)
  for (const stream of streams) if (stream.burst) stream.read()
  return {}
}

process.send?.({})
process.on('message', (command: LoadCommand) => void obey(command).then((answer) => process.send?.(answer)))
process.on('disconnect', () => process.exit())
