import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

export interface ListenerOptions {
  readonly tls?: SecureContextOptions
  /** Milliseconds a whole request may take to come in, whoever reads it: an upload over a slow line fits, a socket held for ever does not. */
  readonly slowest?: number
  /** Further connections are ended at once. */
  readonly mostConnections?: number
  /** Milliseconds a reader may take nothing of what waits for it: then it is taken for gone, and what was made for it stops. */
  readonly stalled?: number
}

/** Both listeners' settings: small headers, no slow ones, no body that never ends, sockets without delay. A reply may take as long as it likes. */
export function createListener(
  listener: RequestListener,
  { tls, slowest = 300_000, mostConnections = 10_000, stalled = 60_000 }: ListenerOptions = {},
): Server {
  const limits = {
    headersTimeout: Math.min(20_000, slowest),
    requestTimeout: slowest,
    connectionsCheckingInterval: Math.min(5_000, slowest),
    maxHeaderSize: 32 * 1024,
  }
  const options = { noDelay: true, keepAliveTimeout: 65_000, ...limits }
  const server = tls ? createSecureServer({ ...options, ...tls, handshakeTimeout: 10_000 }, listener) : createServer(options, listener)
  server.maxConnections = mostConnections
  rememberSilent(server, tls ? 'secureConnection' : 'connection')
  const sweep = setInterval(endStalled, stalled / 4, server, stalled).unref()
  server.on('close', () => clearInterval(sweep))
  return server
}

/** What was written to it and what of that still waits, and since when neither has changed. */
interface Stall {
  readonly written: number
  readonly waiting: number
  readonly since: number
}
const stalls = new WeakMap<Socket, Stall>()

/** One look at all connections instead of a timer for each write. */
function endStalled(server: Server, most: number): void {
  const now = performance.now()
  for (const socket of sockets.get(server)?.keys() ?? []) {
    if (socket.writableLength === 0) {
      stalls.delete(socket)
      continue
    }
    const known = stalls.get(socket)
    const [written, waiting] = [socket.bytesWritten, waitingIn(socket)]
    if (known?.written !== written || known.waiting !== waiting) stalls.set(socket, { written, waiting, since: now })
    else if (now - known.since >= most) socket.destroy()
  }
}

/** Bytes the system has not taken yet: the only sign of a slow reader's progress in one large write. Node's own socket timeout looks at it too. */
const waitingIn = (socket: Socket): number => (socket as { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize ?? 0

/** Sockets with what they had sent when they came: browsers open some in advance, and Node calls those busy that never sent a request. */
const sockets = new WeakMap<Server, Map<Socket, number>>()
function rememberSilent(server: Server, event: 'connection' | 'secureConnection'): void {
  const known = new Map<Socket, number>()
  sockets.set(server, known)
  server.on(event, (socket: Socket) => {
    known.set(socket, socket.bytesRead)
    socket.once('close', () => known.delete(socket))
  })
}

function closeIdle(server: Server): void {
  server.closeIdleConnections()
  for (const [socket, before] of sockets.get(server) ?? []) if (socket.bytesRead === before) socket.destroy()
}

/** Takes no further connection; ends the idle ones now, and the others as they become idle. Resolves when all are gone. */
export function stopListening(server: Server): Promise<void> {
  const idle = setInterval(closeIdle, 50, server)
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(idle)
      resolve()
    })
    closeIdle(server)
  })
}

/** A short answer of the server itself. */
export function plain(
  { method }: Pick<IncomingMessage, 'method'>,
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(method === 'HEAD' ? undefined : text)
}
