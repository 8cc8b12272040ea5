import type { IncomingMessage } from 'node:http'
import { hostname, networkInterfaces } from 'node:os'
import { isLoopback } from './listen.ts'

/** An address as it stands in a URL. */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/**
 * The authorities a listener answers under; any other `Host` may be a name that somebody points at us (DNS rebinding).
 * On loopback the usual names of this machine; for all interfaces their addresses and the machine's name. `named` adds those people use:
 * behind a proxy or a DNS name, `GATEHOUSE_HOSTS=chat.example,console.example:8443`.
 */
export function hostsOf(host: string, url: string, named = ''): string[] {
  const port = url.slice(url.lastIndexOf(':'))
  const own = namesOf(host).map((name) => `${urlHost(name).toLowerCase()}${port}`)
  const given = named.split(',').flatMap((name) => {
    const plain = name.trim().toLowerCase()
    return plain ? [plain, `${plain}${port}`] : []
  })
  return [...new Set([...own, ...given])]
}

const loopbackNames = ['localhost', '127.0.0.1', '::1']
function namesOf(host: string): string[] {
  if (isLoopback(host)) return [host, ...loopbackNames]
  if (host !== '0.0.0.0' && host !== '::') return [host]
  const addresses = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
  return [...loopbackNames, hostname(), ...addresses]
}

/** The other end's address as the socket has it; proxies' headers are not believed. */
export const remoteAddressOf = (environment: unknown): string =>
  (environment as { incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress ?? 'unknown'
