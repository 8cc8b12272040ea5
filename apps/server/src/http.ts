import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

export interface ListenerOptions {
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  /** Milliseconds a whole request may take to come in, whoever reads it: an upload over a slow line fits, a socket held for ever does not. */
  readonly slowest?: number
}

/** Both listeners' settings: small headers, no slow ones, no body that never ends, sockets without delay. A reply may take as long as it likes. */
export function createListener(listener: RequestListener, { tls, slowest = 300_000 }: ListenerOptions = {}): Server {
  const limits = {
    headersTimeout: Math.min(20_000, slowest),
    requestTimeout: slowest,
    connectionsCheckingInterval: Math.min(30_000, slowest),
    maxHeaderSize: 32 * 1024,
  }
  const options = { noDelay: true, keepAliveTimeout: 65_000, ...limits }
  return tls ? createSecureServer({ ...options, ...tls }, listener) : createServer(options, listener)
}

/** Stops taking connections, gives open ones the time to finish, then ends them. */
export async function closeListener(server: Server, milliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), milliseconds)
  await closed
  clearTimeout(timer)
}
