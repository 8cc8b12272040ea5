import { promises as dns, type LookupAddress } from 'node:dns'
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { AppError } from '@gatehouse/kernel'
import { isLoopback } from './listen.ts'

const mostBytes = 256 * 1024
const deadline = 5_000

/** Nobody's identity provider: link-local (cloud metadata), unspecified, multicast, broadcast. */
const forbidden = new BlockList()
for (const [address, bits] of [
  ['169.254.0.0', 16],
  ['0.0.0.0', 8],
  ['224.0.0.0', 3],
] as const)
  forbidden.addSubnet(address, bits, 'ipv4')
for (const [address, bits] of [
  ['fe80::', 10],
  ['ff00::', 8],
  ['::', 128],
  ['fd00:ec2::254', 128],
] as const)
  forbidden.addSubnet(address, bits, 'ipv6')
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * The keys an identity provider publishes. Over TLS, except on this machine; the name is resolved once, judged, and that address is asked, so that it
 * cannot change in between. No redirect is followed. Bounded in bytes and time; the address is an operator's, the answer is never shown.
 */
export async function fetchKeySet(address: string): Promise<string> {
  const url = new URL(address)
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(name))) throw refused('it takes https, or http on this machine')
  if (url.username || url.password) throw refused('it takes no password in the address')
  const { address: ip, family } = await addressOf(name)
  const options: RequestOptions = {
    ...{ host: ip, family, port: url.port || (url.protocol === 'https:' ? 443 : 80), path: url.pathname + url.search },
    headers: { host: url.host, accept: 'application/json' },
    signal: AbortSignal.timeout(deadline),
    agent: false,
  }
  const servername = isIP(name) ? {} : { servername: name }
  return read(url.protocol === 'https:' ? requestSecure({ ...options, ...servername }) : requestPlain(options))
}

async function addressOf(name: string): Promise<LookupAddress> {
  const found = isIP(name) ? { address: name, family: isIPv6(name) ? 6 : 4 } : await dns.lookup(name)
  const family = found.family === 6 ? 'ipv6' : 'ipv4'
  if (forbidden.check(found.address, family)) throw refused('its address is none of an identity provider')
  if (loopback.check(found.address, family) && !isLoopback(name)) throw refused('its name leads to this machine')
  return found
}

function read(request: ClientRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response: IncomingMessage) => {
      if (response.statusCode !== 200) return void request.destroy(refused(`it answered ${response.statusCode}`))
      const pieces: Buffer[] = []
      let size = 0
      response.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > mostBytes) request.destroy(refused('its answer is too long'))
        else pieces.push(piece)
      })
      response.on('error', reject)
      response.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')))
    })
    request.end()
  })
}

const refused = (what: string) => new AppError('upstream_failed', `the keys of a token issuer cannot be fetched: ${what}`)
