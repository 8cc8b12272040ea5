import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { createStaticFiles } from './static-files.ts'

export interface ControlPlaneParts {
  readonly api: Pick<Hono, 'fetch'>
  readonly pages: ReturnType<typeof createStaticFiles>
}

/** The admin API and the console. Nothing here is reachable on the data plane's address, and no cookie is shared. */
export function createControlPlane({ api, pages }: ControlPlaneParts): RequestListener {
  const admin = getRequestListener(api.fetch, { overrideGlobalObjects: false })
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').replace(/\?.*/s, '')
    if (path.startsWith('/api/')) return void admin(request, response)
    if (path === '/' && request.method === 'GET') return void response.writeHead(302, { location: '/console' }).end()
    if (request.method === 'GET' && pages.serve(path, request.headers['accept-encoding'] ?? '', response)) return
    const text = pages.built || !path.startsWith('/console') ? 'there is no such page' : 'the console is not built; npm start builds it'
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }).end(text)
  }
}
