import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { nameOf } from '../arrival.ts'
import type { ClientOf } from '../client.ts'
import { plain } from '../http.ts'
import { isLoopback } from '../listen.ts'
import { createExposition, type Exposition } from './exposition.ts'
import type { Family } from './tables.ts'

export interface MetricsAccess {
  readonly token?: string
  /** The control plane listens for this machine only. */
  readonly loopback: boolean
  readonly clientOf: ClientOf
  /** Whether the request carries an operator's session. */
  isOperator(request: IncomingMessage): Promise<boolean>
}

/**
 * `/metrics`: free on this machine, unless there is a token; from elsewhere for whoever sends the token, and for signed-in operators.
 * Behind a proxy on this machine the name in `Host` is not this machine's own: that is "from elsewhere" too.
 */
export function createMetricsEndpoint(families: readonly Family[], access: MetricsAccess): RequestListener {
  let exposition: Promise<Exposition> | undefined
  return async (request, response) => {
    if (!(await mayRead(request, access))) {
      response.setHeader('www-authenticate', 'Bearer realm="metrics"')
      return plain(request, response, 401, 'send GATEHOUSE_METRICS_TOKEN as a bearer token, or sign in as an operator\n')
    }
    exposition ??= createExposition(families)
    const { type, text } = await exposition
    plain(request, response, 200, await text(), type)
  }
}

async function mayRead(request: IncomingMessage, access: MetricsAccess): Promise<boolean> {
  const { token, loopback, clientOf, isOperator } = access
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token !== undefined && bearer !== undefined && same(bearer, token)) return true
  const { address } = clientOf(request)
  if (token === undefined && loopback && isLoopback(address) && isLoopback(nameOf(request.headers.host ?? ''))) return true
  return isOperator(request)
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))
