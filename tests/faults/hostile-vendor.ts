import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

/** What the vendor does on a connection once a request has come. */
export type Script = (socket: Socket, request: string) => void | Promise<void>

/** A vendor on a bare socket: it can say anything, at any moment, in any pieces. */
export interface HostileVendor {
  readonly origin: string
  /** Connections open now. */
  readonly open: number
  /** All there ever were. */
  readonly connections: number
  script: Script
  close(): Promise<void>
}

export async function createHostileVendor(script: Script = () => {}): Promise<HostileVendor> {
  const sockets = new Set<Socket>()
  let connections = 0
  const vendor = { script }
  const server = createServer({ noDelay: true }, (socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let said = ''
    socket.on('data', (read) => {
      said += read.toString('latin1')
      if (!isWhole(said)) return
      const request = said
      said = ''
      void vendor.script(socket, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.defineProperties(
    Object.assign(vendor, {
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve())
          for (const socket of sockets) socket.destroy()
        }),
    }),
    { open: { get: () => sockets.size }, connections: { get: () => connections } },
  ) as unknown as HostileVendor
}

function isWhole(said: string): boolean {
  const at = said.indexOf('\r\n\r\n')
  return at >= 0 && said.length >= at + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(said)?.[1] ?? 0)
}

export const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'
export const wholeHead = (body: string | Uint8Array, status = '200 OK', type = 'application/json') =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`

/** Each piece in a write of its own, a turn of the loop apart; then what `end` says. */
export async function say(socket: Socket, pieces: readonly (string | Uint8Array)[], end: 'end' | 'reset' | 'hang' = 'end'): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return
    if (!socket.write(piece)) await roomIn(socket)
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve))
  }
  if (end === 'end') socket.end()
  else if (end === 'reset') socket.resetAndDestroy()
}

export const usage = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 }
export const delta = (said: unknown, finish: string | null = null) => ({
  id: 'chatcmpl-hostile',
  object: 'chat.completion.chunk',
  created: 1_790_000_000,
  model: 'hostile',
  choices: [{ index: 0, delta: said, finish_reason: finish }],
})
export const frame = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
export const done = 'data: [DONE]\n\n'
export const text = (content: string) => frame(delta({ content }))
export const ending = (told: unknown = usage) => frame(delta({}, 'stop')) + frame({ ...delta({}), choices: [], usage: told }) + done
export const completion = (content: string, more: object = { usage }) =>
  JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    ...more,
  })

function roomIn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      socket.off('drain', go)
      socket.off('close', go)
      resolve()
    }
    socket.on('drain', go)
    socket.on('close', go)
  })
}
