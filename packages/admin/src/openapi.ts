import { ApiError, adminEndpoints, type Endpoint } from '@gatehouse/contracts'
import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'

/** OpenAPI 3.1 from the same schemas that check requests and replies. */
export function describeApi(version: string) {
  const app = new OpenAPIHono()
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', { type: 'apiKey', in: 'cookie', name: 'gatehouse_console' })
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  for (const [name, endpoint] of Object.entries(adminEndpoints)) app.openAPIRegistry.registerPath(routeOf(name, endpoint))
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse admin API',
      version,
      description: 'Requests that change something carry `x-csrf-token` (from Me) when signed in by cookie.',
    },
  })
}

function routeOf(name: string, endpoint: Endpoint) {
  const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!)
  const { status = 200 } = endpoint
  return createRoute({
    operationId: name,
    method: endpoint.method.toLowerCase() as 'get',
    path: `/api${endpoint.path}`,
    summary: endpoint.summary,
    tags: [endpoint.path.split('/')[1]!],
    security: endpoint.access === 'public' ? [] : [{ session: [] }, { bearer: [] }],
    ...(endpoint.access === 'public' ? {} : { description: `Roles: ${endpoint.access.join(', ')}.` }),
    request: {
      ...(names.length ? { params: z.object(Object.fromEntries(names.map((one) => [one, z.string()]))) } : {}),
      ...(endpoint.query ? { query: endpoint.query } : {}),
      ...(endpoint.body ? { body: { required: true, content: contentOf(endpoint.body) } } : {}),
    },
    responses: {
      ...(endpoint.response
        ? { [status]: { description: 'Done', content: { 'application/json': { schema: endpoint.response } } } }
        : { 204: { description: 'Done' } }),
      default: { description: 'Refused', content: { 'application/json': { schema: ApiError } } },
    },
  })
}

const contentOf = (body: NonNullable<Endpoint['body']>) =>
  body === 'bytes'
    ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } as const } }
    : { 'application/json': { schema: body } }
