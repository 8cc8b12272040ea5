import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Callers, type Chat, createEdge, type Edge, type PathMatch } from '@gatehouse/gateway'
import type { Clock, Store, Wheel } from '@gatehouse/kernel'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Arrival } from './arrival.ts'
import { fetchKeySet } from './fetch-key-set.ts'
import { plain } from './http.ts'
import type { LiveConfiguration } from './live-configuration.ts'
import type { Refusals } from './metrics/refusals.ts'
import type { Pipeline } from './pipeline.ts'
import { type ReadinessOf, sendReadiness } from './readiness.ts'
import type { createStaticFiles } from './static-files.ts'

export interface DataPlaneParts {
  readonly configuration: () => LiveConfiguration['current']
  readonly pipeline: Pipeline
  readonly store: Pick<Store, 'journal'>
  readonly clock: Clock
  readonly wheel: Wheel
  readonly chat: Chat
  /** Dify's knowledge API. */
  readonly knowledge: Hono
  readonly pages: ReturnType<typeof createStaticFiles>
  readonly readiness: ReadinessOf
  readonly arrival: Pick<Arrival, 'prepare' | 'addressOf' | 'prefixOf'>
  readonly refusals: Refusals
  readonly isOurHost: (host: string) => boolean
}

/** Model routes, the chat web app, Dify's knowledge API, health. */
export function createDataPlane(parts: DataPlaneParts): Edge {
  const chatApi = getRequestListener(parts.chat.api.fetch, { overrideGlobalObjects: false })
  const knowledgeApi = getRequestListener(parts.knowledge.fetch, { overrideGlobalObjects: false })
  const fallback = (request: IncomingMessage, response: ServerResponse, { surface }: PathMatch): void => {
    const path = (request.url ?? '/').replace(/\?.*/s, '')
    parts.arrival.prepare(request, response)
    if (surface === 'live') plain(request, response, 200, 'ok')
    else if (surface === 'ready') void sendReadiness(parts.readiness, request, response)
    else if (surface === 'chat') chat(parts, chatApi, request, response, path)
    else if (surface === 'dify' && path.startsWith('/v1/datasets')) void knowledgeApi(request, response)
    else plain(request, response, 404, notYet, 'application/json')
  }
  const { pipeline, store, clock, wheel } = parts
  const { prefixOf } = parts.arrival
  const addressOf = (incoming: IncomingMessage) => parts.arrival.addressOf({ incoming })
  const edge = createEdge({
    callers: new Callers({ clock, addressOf, prefixOf, isOurHost: parts.isOurHost, fetchKeys: fetchKeySet, refused: parts.refusals.count }),
    snapshot: () => parts.configuration().snapshot,
    handlers: { route: pipeline.route, app: pipeline.app },
    record: pipeline.record,
    journal: store.journal,
    clock,
    wheel,
    fallback,
  })
  return (request, response) => {
    if (request.url === '/' && isReading(request)) response.writeHead(302, { location: '/chat' }).end()
    else edge(request, response)
  }
}

export const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD'
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
  if (isReading(request) && pages.serve(path, request.headers['accept-encoding'] ?? '', response)) return
  plain(request, response, 404, pages.built ? 'there is no such page' : 'the chat web app is not built; npm start builds it')
}
