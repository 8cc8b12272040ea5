import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What came back on a connection of our own: every byte, until the other side closed or enough had come. */
export interface RawAnswer {
  readonly text: string
  readonly status: number
  readonly body: string
}

export const parseAnswer = (text: string): RawAnswer => {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
  const at = text.indexOf('\r\n\r\n')
  return { text, status, body: at < 0 ? '' : text.slice(at + 4) }
}

export async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // a reset is an answer too
  await once(socket, 'connect')
  return socket
}

export interface Sending {
  /** True: we stop sending after the bytes, and wait for the rest. */
  readonly half?: boolean
  /** Milliseconds without a byte after which it counts as hung. */
  readonly patience?: number
}

/** Writes the pieces one after the other and gathers what comes until the server closes, or has answered with a body of the length it told. */
export async function sendRaw(url: string, pieces: readonly (string | Uint8Array)[], { half = false, patience = 15_000 }: Sending = {}) {
  const socket = await open(url)
  const reads: Buffer[] = []
  let hung = false
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      hung = true
      resolve()
    }, patience)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    socket.on('data', (read) => {
      reads.push(read)
      if (isWhole(Buffer.concat(reads).toString('latin1'))) done()
    })
    socket.on('close', done)
  })
  for (const piece of pieces) {
    if (socket.destroyed) break
    socket.write(piece)
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve))
  }
  if (half) socket.end()
  await over
  socket.destroy()
  return { ...parseAnswer(Buffer.concat(reads).toString('utf8')), hung }
}

/** A whole answer stands in the text: with the length it told, or with its last chunk. */
function isWhole(text: string): boolean {
  const at = text.indexOf('\r\n\r\n')
  if (at < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, at))?.[1]
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= at + 4 + Number(length)
}

export const post = (path: string, key: string, headers: string, body = '') =>
  `POST ${path} HTTP/1.1\r\nhost: gatehouse.test\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n${headers}\r\n${body}`
