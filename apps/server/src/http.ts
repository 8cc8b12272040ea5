import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

/** Both listeners' settings: small headers, no slow ones, sockets without delay. */
export function createListener(listener: RequestListener, tls?: { cert: Buffer; key: Buffer }): Server {
  const options = { noDelay: true, keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 0, maxHeaderSize: 32 * 1024 }
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
