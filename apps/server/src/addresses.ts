import { hostname, networkInterfaces } from 'node:os'
import { isLoopback } from './listen.ts'

/** Where the listeners are reached; empty until they are open. */
export interface Addresses {
  data: string
  control: string
}

/** Where people go. */
export const pagesAt = ({ data, control }: Addresses) => ({ chatUrl: `${data}/chat`, consoleUrl: `${control}/console` })

/** An address as it stands in a URL that people open: all interfaces are no place to go to, this machine is one of them. */
export const urlHost = (host: string): string => (isAll(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host)
const isAll = (host: string) => host === '0.0.0.0' || host === '::'

/**
 * The authorities a listener answers under; any other `Host` may be a name that somebody points at us (DNS rebinding).
 * On loopback the usual names of this machine; for all interfaces their addresses and the machine's name. `named` adds those people use:
 * behind a proxy or a DNS name, `GATEHOUSE_HOSTS=chat.example,console.example:8443`.
 */
export function hostsOf(host: string, url: string, named = ''): string[] {
  const port = url.slice(url.lastIndexOf(':'))
  const isUsual = port === (url.startsWith('https:') ? ':443' : ':80') // browsers leave it out
  const own = namesOf(host).flatMap((name) => {
    const authority = urlHost(name).toLowerCase()
    return isUsual ? [`${authority}${port}`, authority] : [`${authority}${port}`]
  })
  const given = named.split(',').flatMap((name) => {
    const plain = name.trim().toLowerCase()
    return plain ? [plain, `${plain}${port}`] : []
  })
  return [...new Set([...own, ...given])]
}

const loopbackNames = ['localhost', '127.0.0.1', '::1']
function namesOf(host: string): string[] {
  if (isLoopback(host)) return [host, ...loopbackNames]
  if (!isAll(host)) return [host]
  const addresses = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
  return [...loopbackNames, hostname(), ...addresses]
}
