import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ClientOf } from './client.ts'
import type { Phase } from './lifecycle.ts'
import { isLoopback } from './listen.ts'

/** What the APIs ask about a request; `environment` is the HTTP adapter's, or holds the request. */
export interface Arrival {
  addressOf(environment: unknown): string
  /** What a trusted proxy took away from the front of the path; empty when nothing. */
  prefixOf(request: IncomingMessage): string
  isSecure(environment: unknown): boolean
  /** Over TLS, or where the browser itself says that this server is on its own machine; else only where plain HTTP was allowed. */
  maySignIn(environment: unknown): boolean
  /** For everything but model calls: the host as the client asked for it, and a year of https once it was https. */
  prepare(request: IncomingMessage, response: ServerResponse): void
}

export function createArrival(clientOf: ClientOf, { plainHttp }: { plainHttp: boolean }): Arrival {
  const requestOf = (environment: unknown) => (environment as { incoming?: IncomingMessage } | undefined)?.incoming
  const isSecure = (environment: unknown) => {
    const request = requestOf(environment)
    return request !== undefined && clientOf(request).secure
  }
  // behind a proxy the name says nothing: whoever sends it may sit anywhere
  const isHere = (request: IncomingMessage | undefined) => {
    if (!request || !isLoopback(nameOf(request.headers.host ?? ''))) return false
    const { address } = clientOf(request)
    return isLoopback(address) || address === request.socket.remoteAddress?.replace(/^::ffff:/, '')
  }
  return {
    isSecure,
    addressOf(environment) {
      const request = requestOf(environment)
      return request ? clientOf(request).address : 'unknown'
    },
    prefixOf: (request) => clientOf(request).prefix ?? '',
    maySignIn: (environment) => plainHttp || isSecure(environment) || isHere(requestOf(environment)),
    prepare(request, response) {
      const { host, secure } = clientOf(request)
      if (host !== undefined) setHost(request, host)
      if (secure) response.setHeader('strict-transport-security', 'max-age=31536000')
    },
  }
}

/** `localhost:8081` → `localhost`, `[::1]:8081` → `::1` */
export const nameOf = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')

function setHost(request: IncomingMessage, host: string): void {
  request.headers.host = host
  const raw = request.rawHeaders
  for (let at = 0; at < raw.length; at += 2) if (raw[at]!.toLowerCase() === 'host') raw[at + 1] = host
}

/** While the server stops, each answer is the last of its connection. */
export const closingWhileDraining =
  (listener: RequestListener, phase: () => Phase): RequestListener =>
  (request, response) => {
    if (phase() === 'draining') response.shouldKeepAlive = false
    return listener(request, response)
  }
