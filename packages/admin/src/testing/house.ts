import {
  type AdminOperation,
  AppSpec,
  adminEndpoints,
  type CallRecord,
  ConsumerSpec,
  type DocumentRecord,
  GroupSpec,
  KnowledgeBaseSpec,
  type Principal,
  type Reference,
  type Role,
  UserSpec,
} from '@gatehouse/contracts'
import type { Datasets } from '@gatehouse/kernel'
import { createAdminApi } from '../api.ts'
import type { AdminDependencies, Library } from '../dependencies.ts'
import { createSessions, type Passwords } from '../sessions/sessions.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'

export const host = '127.0.0.1:8081'
export const roles: readonly Role[] = ['owner', 'admin', 'builder', 'auditor', 'member']
/** One person per role, named after it; `pia` is a person of the sample company. */
export const passwordOf = (name: string) => `a long password of ${name}`

const passwords: Passwords = {
  hash: async (password) => `hash of ${password}`,
  verify: async (password, hash) => hash === `hash of ${password}`,
}

export interface HouseOptions {
  readonly loopback?: boolean
  readonly secure?: boolean
  readonly maySignIn?: boolean
}

/** A small company with an admin API in front: two documents, of which `group:people` may read one; one call of an app with a retrieval. */
export async function createHouse({ loopback = true, secure = false, maySignIn = true }: HouseOptions = {}) {
  const time = { now: 1_760_000_000_000 }
  const clock = { now: () => time.now }
  const store = createMemoryStore(clock.now)
  await furnish(store, clock.now)
  const sessions = createSessions({ ...store, passwords, clock, loopback })
  const failures: unknown[] = []
  let requests = 0
  const dependencies: AdminDependencies = {
    ...{ isSecure: () => secure, maySignIn: () => maySignIn, addressOf: () => 'unknown' },
    ...{ store, sessions, clock, datasets: createDatasets(store) },
    library: createLibrary(store),
    newId: () => `request-${++requests}`,
    facts: () => ({
      version: '1.2.3',
      startedAt: 1,
      store: 'memory',
      limits: 'exact',
      demo: true,
      loopback,
      chatUrl: 'http://127.0.0.1:8080/chat',
      consoleUrl: `http://${host}/console`,
    }),
    catalog: { guard: [{ id: 'guard.pii', title: 'Personal data', summary: 'Finds personal data', config: { type: 'object' } }] },
    hosts: () => [host],
    failed: (error) => failures.push(error),
  }
  const api = createAdminApi(dependencies)
  const house = { api, store, sessions, time, failures, dependencies, ask: createAsk(api.request) }
  return { ...house, signIn: async (name: string) => signIn(house, name) }
}

const createLibrary = ({ documents, search, blobs }: MemoryStore): Library => ({
  add: async ({ base, name, path, title = name, mediaType = 'text/plain', principals = ['group:people'], content, createdBy }) => {
    const before = path === undefined ? undefined : await documents.byPath(base, path)
    const isSame = before?.bytes === content.length // near enough here
    const document = documentRecord({
      ...(before ?? { id: `d-${path === undefined ? `${name}-alone` : name}` }),
      ...(path !== undefined && { path }),
      ...(isSame ? {} : { blob: `${name}/${content.length}` }),
      dataset: base,
      name,
      title,
      mediaType,
      principals,
      bytes: content.length,
      createdBy,
    })
    await documents.put(document)
    return document
  },
  retry: async (_, id) => documents.update(id, { status: 'waiting' }),
  embeddingOf: async () => undefined,
  remove: async (_, id) => {
    await blobs.removeAll(`documents/${id}/`)
    return documents.remove(id)
  },
  removeBase: async (id) => void (await search.removeDataset(id)),
})

/** As a browser page of our own would send it. */
function createAsk(request: ReturnType<typeof createAdminApi>['request']) {
  return async (
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string>; session?: SignedIn } = {},
  ): Promise<Reply> => {
    const { body, headers = {}, session } = options
    const response = await request(`http://${host}/api${path}`, {
      method,
      headers: {
        host,
        ...(body === undefined || body instanceof Uint8Array ? {} : { 'content-type': 'application/json' }),
        ...(session ? { cookie: session.cookie, 'x-csrf-token': session.csrf } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: text ? JSON.parse(text) : undefined }
  }
}
export interface SignedIn {
  readonly cookie: string
  readonly csrf: string
}
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  readonly json: any
}

async function signIn(
  { sessions, ask }: { sessions: AdminDependencies['sessions']; ask: ReturnType<typeof createAsk> },
  name: string,
): Promise<SignedIn> {
  const { token } = await sessions.createLink({ kind: 'setup', user: name })
  const opened = await sessions.redeem(token, 'console')
  await sessions.setPassword(opened, { password: passwordOf(name), from: 'here' })
  const reply = await ask('POST', '/session', { body: { user: name, password: passwordOf(name) } })
  return { cookie: cookieOf(reply), csrf: reply.json.csrf }
}
export const cookieOf = ({ headers }: Reply): string => headers.get('set-cookie')!.split(';')[0]!

async function furnish(store: MemoryStore, now: () => number) {
  const { resources, documents, held, blobs } = store
  const put = (
    kind: 'User' | 'Group' | 'Consumer' | 'App' | 'KnowledgeBase',
    name: string,
    spec: never,
    project = 'default',
    managedBy: 'console' | 'file' = 'console',
  ) => resources.put({ kind, project, name, spec, managedBy }, 'system')
  for (const name of ['people', 'sales']) await put('Group', name, GroupSpec.parse({}) as never)
  for (const role of roles) await put('User', role, UserSpec.parse({ title: `The ${role}`, roles: [role] }) as never)
  await put('User', 'pia', UserSpec.parse({ groups: ['people'], sample: true }) as never)
  await put('Consumer', 'shop', ConsumerSpec.parse({ title: 'The shop' }) as never)
  await put('Consumer', 'declared', ConsumerSpec.parse({}) as never, 'default', 'file')
  const graph = {
    nodes: [
      { id: 'start', use: 'node.start' },
      { id: 'find', use: 'node.knowledge-retrieval' },
    ],
    edges: [{ from: 'start', to: 'find' }],
  }
  await put('App', 'support', AppSpec.parse({ title: 'Support', graph }) as never)
  await put('KnowledgeBase', 'handbook', KnowledgeBaseSpec.parse({ title: 'Handbook', access: ['group:people'] }) as never)
  await put('KnowledgeBase', 'elsewhere', KnowledgeBaseSpec.parse({}) as never, 'other')
  const dataset = 'id-of-default-handbook'
  await documents.put(documentRecord({ id: 'open', dataset, title: 'Opening hours', principals: ['everyone'] }))
  await documents.put(documentRecord({ id: 'secret', dataset, title: 'Salary table', principals: ['group:people'] }))
  await documents.put(
    documentRecord({
      id: 'foreign',
      dataset: 'id-of-other-elsewhere',
      project: 'other',
      title: 'Of another project',
      principals: ['everyone'],
    }),
  )
  for (const id of ['open', 'secret', 'foreign']) {
    held.segmentMap.set(`s-${id}`, {
      ...reference(id),
      id: `s-${id}`,
      project: id === 'foreign' ? 'other' : 'default',
      position: 1,
      headings: ['One'],
      text: `the text of ${id}`,
    })
    await blobs.put(`documents/${id}/1/text`, new TextEncoder().encode(`the text of ${id}`))
  }
  held.segmentMap.set('s-bad', { ...held.segmentMap.get('s-open')!, id: 's-bad', quarantine: { rule: 'injection.override', score: 1 } })
  for (const call of [
    appCall(now()),
    { ...appCall(now()), id: 'call-2', parent: 'call-1', operation: 'chat', target: 'default', retrieval: [] },
  ])
    held.callMap.set(call.id, call)
  held.callMap.set('call-other', { ...appCall(now()), id: 'call-other', project: 'other' })
  for (const call of ['call-1', 'call-other']) held.contentMap.set(call, { request: 'what do they earn?', reply: 'not in your documents' })
  await store.audit.append({ at: now(), project: 'default', actor: 'user:pia', action: 'policy.flag', trace: 'call-1' })
  await store.audit.append({ at: now(), project: 'default', actor: 'system', action: 'journal.bind', object: 'batch/1' })
}

const reference = (document: string): Reference => ({
  dataset: 'id-of-default-handbook',
  document,
  version: 1,
  segment: `s-${document}`,
  start: 0,
  end: 10,
  hash: 'h',
})

const documentRecord = (fields: Partial<DocumentRecord>): DocumentRecord => ({
  ...{
    id: 'd',
    project: 'default',
    dataset: 'b',
    name: `${fields.title}.md`,
    title: '',
    mediaType: 'text/markdown',
    metadata: {},
    principals: [],
  },
  ...{
    status: 'completed',
    enabled: true,
    version: 1,
    contentHash: 'h',
    blob: 'b',
    bytes: 10,
    characters: 10,
    segments: 1,
    quarantined: 0,
  },
  ...{ batch: 'x', createdBy: 'system', createdAt: 1, updatedAt: 1, times: {} },
  ...fields,
})

const appCall = (at: number): CallRecord => ({
  ...{
    id: 'call-1',
    project: 'default',
    at,
    consumer: 'chat',
    user: 'pia',
    dialect: 'chat',
    operation: 'app',
    target: 'support',
    model: 'app/support',
  },
  ...{ stream: true, status: 200, end: 'complete', duration: 9000, content: 'redacted' },
  layers: [
    ['limit', 10],
    ['guard', 100],
    ['core', 1000],
  ],
  attempts: [],
  verdicts: [
    { stage: 'input', action: 'allow', findings: [], took: 5 },
    {
      stage: 'context',
      action: 'redact',
      findings: [{ guard: 'guard.pii', rule: 'pii.email', score: 1, start: 0, end: 5, replacement: '[e-mail]' }],
      took: 7,
      source: reference('secret'),
    },
  ],
  retrieval: [
    {
      datasets: ['id-of-default-handbook'],
      used: [
        { n: 1, reference: reference('open'), score: 0.9 },
        { n: 2, reference: reference('secret'), score: 0.8 },
      ],
      left: [{ reference: reference('secret'), score: 0.2, reason: 'score' }],
      withheld: 3,
      weak: false,
      took: 400,
    },
  ],
  citations: [{ n: 2, reference: reference('secret') }],
  run: [
    { type: 'run-start', run: 'r', at },
    { type: 'node-start', node: 'start', use: 'node.start', title: 'Start', at },
    { type: 'node-end', node: 'start', status: 'succeeded', duration: 1, at: at + 1 },
    { type: 'node-start', node: 'find', use: 'node.knowledge-retrieval', title: 'Find', at: at + 1 },
  ],
})

/** Finds every document its asker may read; resolves what the viewer may read. */
function createDatasets({ held }: MemoryStore): Datasets {
  const readable = (id: string, principals: readonly Principal[]) =>
    held.documentMap.get(id)?.principals.some((one) => principals.includes(one)) ?? false
  return {
    retrieve: async ({ datasets }, { principals }) => {
      const found = ['open', 'secret'].filter((id) => readable(id, principals))
      const used = found.map((id, index) => ({ n: index + 1, reference: reference(id), score: 0.5 }))
      const record = { datasets, used, left: [], withheld: 2 - found.length, weak: found.length === 0, took: 1 }
      return {
        sources: [],
        weak: record.weak,
        nearest: found.map((id) => held.documentMap.get(id)!.title),
        record,
        scores: { 's-open': { words: 0.4 } },
      }
    },
    resolve: async (references, { principals }) =>
      references.map((one) => {
        const document = held.documentMap.get(one.document)
        if (!document || !readable(one.document, principals)) return { readable: false }
        return {
          readable: true,
          reference: one,
          title: document.title,
          headings: ['One'],
          text: `the text of ${one.document}`,
          current: true,
        }
      }),
  }
}

/** A request for every operation that would be answered, and does little harm. */
export const sampleOf: Readonly<Record<AdminOperation, { path: string; body?: unknown }>> = Object.fromEntries(
  Object.entries(adminEndpoints).map(([name, { path }]) => [
    name,
    {
      path: path
        .replace('{call}', 'call-1')
        .replace('{base}', 'handbook')
        .replace('{document}', 'open')
        .replace('{segment}', 's-bad')
        .replace('{app}', 'support')
        .replace('{consumer}', 'shop')
        .replace('{key}', 'none')
        .replace('{user}', 'member')
        .replace('{group}', 'sales'),
    },
  ]),
) as Record<AdminOperation, { path: string }>
