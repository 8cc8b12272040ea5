import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Chat, createEdge, type Edge, type PathMatch } from '@gatehouse/gateway'
import type { Clock, Store, Wheel } from '@gatehouse/kernel'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { LiveConfiguration } from './live-configuration.ts'
import type { Pipeline } from './pipeline.ts'
import type { createStaticFiles } from './static-files.ts'

export interface DataPlaneParts {
  readonly configuration: () => LiveConfiguration['current']
  readonly pipeline: Pipeline
  readonly store: Pick<Store, 'journal' | 'check'>
  readonly clock: Clock
  readonly wheel: Wheel
  readonly chat: Chat
  /** Dify's knowledge API. */
  readonly knowledge: Hono
  readonly pages: ReturnType<typeof createStaticFiles>
  readonly ready: () => boolean
}

/** Model routes, the chat web app, Dify's knowledge API, health. */
export function createDataPlane(parts: DataPlaneParts): Edge {
  const chatApi = getRequestListener(parts.chat.api.fetch, { overrideGlobalObjects: false })
  const knowledgeApi = getRequestListener(parts.knowledge.fetch, { overrideGlobalObjects: false })
  const fallback = (request: IncomingMessage, response: ServerResponse, { surface }: PathMatch): void => {
    const path = (request.url ?? '/').replace(/\?.*/s, '')
    if (surface === 'live') plain(response, 200, 'ok')
    else if (surface === 'ready') void readiness(parts, response)
    else if (surface === 'chat') chat(parts, chatApi, request, response, path)
    else if (surface === 'dify' && path.startsWith('/v1/datasets')) void knowledgeApi(request, response)
    else plain(response, 404, notYet, 'application/json')
  }
  const { pipeline, store, clock, wheel } = parts
  const edge = createEdge({
    snapshot: () => parts.configuration().snapshot,
    handlers: { route: pipeline.route, app: pipeline.app },
    record: pipeline.record,
    journal: store.journal,
    clock,
    wheel,
    fallback,
  })
  return (request, response) => {
    if (request.url === '/' && request.method === 'GET') response.writeHead(302, { location: '/chat' }).end()
    else edge(request, response)
  }
}

const notYet = JSON.stringify({ code: 'not_found', message: 'This path is not supported yet.', status: 404 })

function chat(
  { chat: app, pages }: DataPlaneParts,
  api: RequestListener,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): void {
  if (app.ask(request, response)) return
  if (path.startsWith('/chat/api/')) return void api(request, response)
  if (request.method === 'GET' && pages.serve(path, request.headers['accept-encoding'] ?? '', response)) return
  plain(response, 404, pages.built ? 'there is no such page' : 'the chat web app is not built; npm start builds it')
}

async function readiness({ store, ready }: DataPlaneParts, response: ServerResponse): Promise<void> {
  try {
    await store.check()
    if (ready()) plain(response, 200, 'ready')
    else plain(response, 503, 'starting or draining')
  } catch {
    plain(response, 503, 'the store does not answer')
  }
}

function plain(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(text)
}
