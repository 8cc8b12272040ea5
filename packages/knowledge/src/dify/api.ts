import { Hono } from 'hono'
import { checkVerb, identify } from './caller.ts'
import { datasetRoutes } from './datasets.ts'
import { documentRoutes } from './documents.ts'
import { toDifyError } from './errors.ts'
import type { DifyApp, DifyEnvironment, DifyKnowledgeParts } from './parts.ts'
import { retrieveRoutes } from './retrieve-route.ts'

/** Dify's knowledge API under /v1/datasets, for its unchanged clients. Another consumer's base does not exist. */
export function createDifyKnowledgeApi(parts: DifyKnowledgeParts): Hono {
  const app: DifyApp = new Hono<DifyEnvironment>()
  app.use(async (context, next) => {
    const key = identify(context.req.header('authorization'), parts.snapshot(), parts.clock.now())
    checkVerb(key, context.req.method, context.req.path)
    context.set('key', key)
    await next()
  })
  datasetRoutes(app, parts)
  documentRoutes(app, parts)
  retrieveRoutes(app, parts)
  app.notFound((context) =>
    context.json({ code: 'not_found', message: 'The requested URL was not found on the server.', status: 404 }, 404),
  )
  app.onError((thrown, context) => {
    const error = toDifyError(thrown)
    if (error.status === 401) context.header('www-authenticate', 'Bearer realm="api"')
    if (error.status === 503 || error.status === 429) context.header('retry-after', '1')
    return context.json(error, error.status as 400)
  })
  return app as unknown as Hono
}
