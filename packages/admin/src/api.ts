import { type AdminOperation, ApiError, adminEndpoints, type Endpoint } from '@gatehouse/contracts'
import { AppError, toAppError } from '@gatehouse/kernel'
import { type Context, Hono } from 'hono'
import { writeSession } from './access/cookies.ts'
import { authorise } from './access/identify.ts'
import { checkOrigin } from './access/origin.ts'
import type { AdminDependencies } from './dependencies.ts'
import { describeApi } from './openapi.ts'
import type { Operations, Work } from './operation.ts'
import { appOperations } from './operations/apps.ts'
import { auditOperations } from './operations/audit.ts'
import { baseOperations } from './operations/bases.ts'
import { callOperations } from './operations/calls.ts'
import { consumerOperations } from './operations/consumers.ts'
import { credentialOperations } from './operations/credentials.ts'
import { documentOperations } from './operations/documents.ts'
import { groupOperations } from './operations/groups.ts'
import { resourceOperations } from './operations/resources.ts'
import { searchOperations } from './operations/search.ts'
import { sessionOperations } from './operations/session.ts'
import { systemOperations } from './operations/system.ts'
import { userOperations } from './operations/users.ts'
import { parseRequest } from './request.ts'
import { messageOf, preferredLanguage, refusal } from './words.ts'

const allOperations = (dependencies: AdminDependencies): Operations => ({
  ...systemOperations(dependencies),
  ...sessionOperations(dependencies),
  ...callOperations(dependencies),
  ...baseOperations(dependencies),
  ...documentOperations(dependencies),
  ...searchOperations(dependencies),
  ...consumerOperations(dependencies),
  ...credentialOperations(dependencies),
  ...userOperations(dependencies),
  ...groupOperations(dependencies),
  ...appOperations(dependencies),
  ...auditOperations(dependencies),
  ...resourceOperations(dependencies),
})

/** The control API below /api: `fetch(request)` answers, and so does `request(path)` in tests. */
export function createAdminApi(dependencies: AdminDependencies): Hono {
  const app = new Hono()
  const operations = allOperations(dependencies)
  app.use('*', async (context, next) => {
    const id = dependencies.newId()
    context.set('requestId' as never, id as never) // hono types variables per app; one string is not worth a type parameter everywhere
    for (const [name, value] of Object.entries(replyHeaders)) context.header(name, value)
    context.header('x-request-id', id)
    checkOrigin(context, dependencies.hosts())
    await next()
  })
  for (const [name, endpoint] of Object.entries(adminEndpoints) as [AdminOperation, Endpoint][])
    app.on(endpoint.method, `/api${endpoint.path.replace(/\{(\w+)\}/g, ':$1')}`, (context) =>
      answer(context, name, endpoint, operations, dependencies),
    )
  app.get('/api/openapi.json', (context) => context.json(describeApi(dependencies.facts().version)))
  app.notFound((context) => fail(context, refusal('not_found', 'no-such-path'), dependencies))
  app.onError((thrown, context) => fail(context, thrown, dependencies))
  return app
}

const replyHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-language, cookie',
}

/** One request: who → parts → operation → reply, which holds only the fields of its schema. */
async function answer(
  context: Context,
  name: AdminOperation,
  endpoint: Endpoint,
  operations: Operations,
  dependencies: AdminDependencies,
): Promise<Response> {
  const operator = await authorise(context, name, endpoint, dependencies)
  const { query, body } = await parseRequest(context, endpoint, dependencies.largestUpload ?? 33_554_432)
  const work = {
    path: context.req.param(),
    query,
    body,
    get operator() {
      if (!operator) throw refusal('unauthorized', 'sign-in-first')
      return operator
    },
    project: dependencies.project ?? 'default',
    from: dependencies.addressOf(context.env),
    maySignIn: dependencies.maySignIn(context.env),
    contentType: context.req.header('content-type') ?? '',
    language: preferredLanguage(context.req.header('accept-language')),
    setSession: (opened: Parameters<Work<Endpoint>['setSession']>[0]) =>
      writeSession(context, dependencies.isSecure(context.env), dependencies.clock.now(), opened),
  }
  // the table holds which types belong together; a loop over it cannot say so
  const result = await (operations[name] as (work: unknown) => Promise<unknown>)(work)
  if (!endpoint.response) return context.body(null, 204)
  return context.json(endpoint.response.parse(result) as object, endpoint.status ?? 200)
}

function fail(context: Context, thrown: unknown, dependencies: AdminDependencies): Response {
  const error = thrown instanceof AppError ? thrown : toAppError(thrown)
  const trace = context.get('requestId' as never) as string
  if (error.status >= 500) dependencies.failed?.(thrown, trace)
  const language = preferredLanguage(context.req.header('accept-language'))
  const details = Object.keys(error.details).length ? { details: { ...error.details } } : {}
  context.header('content-language', language)
  return context.json(ApiError.parse({ code: error.code, message: messageOf(error, language), ...details, trace }), error.status as 400)
}
