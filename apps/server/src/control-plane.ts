import type { IncomingMessage, RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Arrival } from './arrival.ts'
import { isReading } from './data-plane.ts'
import { plain } from './http.ts'
import { type ReadinessOf, sendReadiness } from './readiness.ts'
import type { createStaticFiles } from './static-files.ts'

export interface ControlPlaneParts {
  readonly api: Pick<Hono, 'fetch'>
  readonly pages: ReturnType<typeof createStaticFiles>
  readonly metrics: RequestListener
  readonly readiness: ReadinessOf
  readonly arrival: Pick<Arrival, 'prepare'>
}

/** The admin API, the console, metrics and health. Nothing here is reachable on the data plane's address, and no cookie is shared. */
export function createControlPlane({ api, pages, metrics, readiness, arrival }: ControlPlaneParts): RequestListener {
  const admin = getRequestListener(api.fetch, { overrideGlobalObjects: false })
  return (request, response) => {
    const path = (request.url ?? '/').replace(/\?.*/s, '')
    arrival.prepare(request, response)
    if (path.startsWith('/api/')) return void admin(request, response)
    if (!isReading(request)) return plain(request, response, 404, 'there is no such page')
    if (path === '/') return void response.writeHead(302, { location: '/console' }).end()
    if (path === '/metrics') return void metrics(request, response)
    if (path === '/livez') return plain(request, response, 200, 'ok')
    if (path === '/readyz') return void sendReadiness(readiness, request, response)
    if (pages.serve(path, request.headers['accept-encoding'] ?? '', response)) return
    const text = pages.built || !path.startsWith('/console') ? 'there is no such page' : 'the console is not built; npm start builds it'
    plain(request, response, 404, text)
  }
}

/** Whether a request carries the session of somebody who may see the server's status: asked of the API that decides it. */
export const operatorCheck =
  (api: Pick<Hono, 'fetch'>) =>
  async (request: IncomingMessage): Promise<boolean> => {
    const { host = '', cookie, authorization } = request.headers
    if (!URL.canParse(`http://${host}/`)) return false
    const headers = { host, ...(cookie ? { cookie } : {}), ...(authorization ? { authorization } : {}) }
    const { status } = await api.fetch(new Request(`http://${host}/api/status`, { headers }), { incoming: request })
    return status === 200
  }
