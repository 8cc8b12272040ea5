import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { AppError } from '@gatehouse/kernel'

/** Who is at the other end, as far as it can be known. */
export interface Client {
  readonly address: string
  /** The way from the client to the first of us is encrypted. */
  readonly secure: boolean
  /** The authority the client asked for, where a trusted proxy tells it. */
  readonly host?: string
  /** What a trusted proxy took away from the front of the path. */
  readonly prefix?: string
}
type Request = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean }
}
export type ClientOf = (request: Request) => Client

/** Hops that are read at most; a longer chain is nobody's real one. */
const mostHops = 32

/**
 * What proxies say is believed only of those in `trusted` (addresses or CIDR ranges), hop by hop from the nearest one: the rightmost address that is
 * not a trusted proxy's is the client. A word that is no address ends the walk. Without `X-Forwarded-*` the header `Forwarded` is read.
 */
export function createClientOf(trusted: readonly string[]): ClientOf {
  const list = new BlockList()
  for (const range of trusted) addRange(list, range)
  const isTrusted = (address: string) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  return ({ headers, socket }) => {
    const peer = addressOf(socket.remoteAddress ?? '') ?? 'unknown'
    const direct = { address: peer, secure: socket.encrypted === true }
    if (trusted.length === 0 || peer === 'unknown' || !isTrusted(peer)) return direct
    const hops = hopsOf(headers)
    let address = peer
    let hop = 0 // how many were believed
    while (hop < hops.addresses.length && isTrusted(address)) {
      const next = addressOf(hops.addresses[hop]!)
      if (!next) break
      address = next
      hop++
    }
    const told = <T>(values: readonly T[]) => values[Math.min(Math.max(hop, 1), values.length) - 1]
    const host = told(hops.hosts)
    const prefix = headers['x-forwarded-prefix']
    return {
      address,
      secure: told(hops.protocols)?.toLowerCase() === 'https' || (hops.protocols.length === 0 && direct.secure),
      ...(host && isAuthority(host) ? { host: host.toLowerCase() } : {}),
      ...(typeof prefix === 'string' && isPrefix(prefix) ? { prefix } : {}),
    }
  }
}

/** Each list as the proxies wrote it, the nearest proxy's word first. */
interface Hops {
  readonly addresses: readonly string[]
  readonly protocols: readonly string[]
  readonly hosts: readonly string[]
}

function hopsOf(headers: IncomingMessage['headers']): Hops {
  const [addresses, protocols, hosts] = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'].map((name) => listOf(headers[name]))
  if (addresses!.length + protocols!.length + hosts!.length > 0) return { addresses: addresses!, protocols: protocols!, hosts: hosts! }
  const elements = listOf(headers.forwarded).map(parametersOf)
  const all = (name: string) => elements.flatMap((element) => element.get(name) ?? [])
  return { addresses: elements.map((element) => element.get('for') ?? ''), protocols: all('proto'), hosts: all('host') }
}

const listOf = (value: string | string[] | undefined): string[] =>
  (Array.isArray(value) ? value.join(',') : (value ?? ''))
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
    .reverse()
    .slice(0, mostHops)

function parametersOf(element: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of element.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0)
      parameters.set(
        pair.slice(0, at).trim().toLowerCase(),
        pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      )
  }
  return parameters
}

/** One spelling for each address: no port, no brackets, no zone, IPv4 also where IPv6 wraps it. Undefined when it is none. */
export function addressOf(word: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(word)?.[1] ?? /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(word)?.[1] ?? word
  const plain = bare.replace(/%[\w.-]+$/, '').toLowerCase()
  if (!isIP(plain)) return undefined
  if (!isIPv6(plain)) return plain
  const canonical = new URL(`http://[${plain}]/`).hostname.slice(1, -1)
  const wrapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  if (!wrapped) return canonical
  const [high, low] = [Number.parseInt(wrapped[1]!, 16), Number.parseInt(wrapped[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const isAuthority = (text: string) => /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i.test(text)

const isPrefix = (text: string) => text.length <= 256 && /^(?:\/[\w.~%-]+)+$/.test(text)

/** `10.0.0.0/8,fd00::/8,192.0.2.7` as ranges; refuses what is none. */
export function parseTrusted(text: string): string[] {
  const ranges = text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
  for (const range of ranges) addRange(new BlockList(), range)
  return ranges
}

function addRange(list: BlockList, range: string): void {
  const [word = '', length] = range.split('/', 2)
  const address = addressOf(word)
  const most = address && isIPv6(address) ? 128 : 32
  const bits = length === undefined ? most : Number(length)
  if (!address || !/^\d{0,3}$/.test(length ?? '') || length === '' || bits > most)
    throw new AppError(
      'invalid_request',
      `--trusted-proxies takes addresses and ranges like 10.0.0.0/8 or fd00::/8, divided by commas; "${range.slice(0, 64)}" is none`,
    )
  list.addSubnet(address, bits, most === 128 ? 'ipv6' : 'ipv4')
}
