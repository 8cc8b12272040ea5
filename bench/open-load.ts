import { connect as open, type Socket } from 'node:net'

/** Requests at their times, whether or not the ones before were answered; each timed from the instant it was to be sent at. */
export interface OpenOrder {
  readonly port: number
  readonly key: string
  readonly body: string
  readonly perSecond: number
  readonly count: number
}
export interface OpenLoadResult {
  readonly times: readonly number[]
  readonly failed: number
  /** How late the caller itself was, p99: a busy machine shows here first. */
  readonly late: number
}

const head = Buffer.from('\r\n\r\n')

/** A kept connection that carries one request at a time. */
class Connection {
  readonly #socket: Socket
  #done: ((status: number) => void) | undefined
  #text: Buffer = Buffer.alloc(0)

  constructor(port: number) {
    this.#socket = open({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (read) => this.#take(read))
    this.#socket.on('error', () => this.#end(0))
    this.#socket.on('close', () => this.#end(0))
  }

  ask(request: Buffer, done: (status: number) => void): void {
    this.#done = done
    this.#text = Buffer.alloc(0)
    this.#socket.write(request)
  }
  close(): void {
    this.#socket.destroy()
  }

  #take(read: Buffer): void {
    this.#text = this.#text.length ? Buffer.concat([this.#text, read]) : read
    const end = this.#text.indexOf(head)
    if (end < 0) return
    const length = /content-length: (\d+)/i.exec(this.#text.toString('latin1', 0, end))?.[1]
    const whole = length ? this.#text.length >= end + 4 + Number(length) : this.#text.subarray(-5).equals(Buffer.from('0\r\n\r\n'))
    if (whole) this.#end(Number(this.#text.toString('latin1', 9, 12)))
  }
  #end(status: number): void {
    const done = this.#done
    this.#done = undefined
    done?.(status)
  }
}

async function run({ port, key, body, perSecond, count }: OpenOrder): Promise<OpenLoadResult> {
  const request = Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer ${key}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  const free: Connection[] = []
  const all: Connection[] = []
  const times: number[] = []
  const lates: number[] = []
  let failed = 0
  const ended = Promise.withResolvers<void>()
  const connect = () => {
    const made = new Connection(port)
    all.push(made)
    return made
  }
  const send = (due: number) => {
    const chosen = free.pop() ?? connect()
    lates.push(performance.now() - due)
    chosen.ask(request, (status) => {
      times.push(performance.now() - due)
      if (status === 200) free.push(chosen)
      else failed++
      if (times.length === count) ended.resolve()
    })
  }
  const began = performance.now() + 20
  for (let at = 0; at < count; at++) {
    const due = began + (at * 1000) / perSecond
    await until(due)
    send(due)
  }
  await ended.promise
  for (const connection of all) connection.close()
  lates.sort((a, b) => a - b)
  return { times, failed, late: lates[Math.floor(lates.length * 0.99)] ?? 0 }
}

/** A timer is late by up to a millisecond, which is what is to be measured: the last of it is waited out awake. */
async function until(due: number): Promise<void> {
  const left = due - performance.now()
  if (left > 2) await new Promise((resolve) => setTimeout(resolve, left - 1.5))
  while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve))
}

process.send?.({})
process.on('message', (order: OpenOrder) => void run(order).then((result) => process.send?.(result)))
process.on('disconnect', () => process.exit())
