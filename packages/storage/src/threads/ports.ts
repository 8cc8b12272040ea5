import { type CallRecord, type Kind, type Resource, specs } from '@gatehouse/contracts'
import {
  AppError,
  type Audit,
  type Calls,
  type Contents,
  type Conversations,
  type Documents,
  type Jobs,
  type Records,
  type Resources,
  type SearchIndex,
  type Secrets,
  uuidv7,
} from '@gatehouse/kernel'
import type { ContentQueue } from '../contents/content-queue.ts'
import type { Driver } from './driver.ts'

// The ports, one thin object each: everything happens in `worker/`.

/** Reads page by page until a short one. */
async function all<Item>(page: (last: Item | undefined) => Promise<Item[]>): Promise<Item[]> {
  const items: Item[] = []
  for (;;) {
    const more = await page(items.at(-1))
    items.push(...more)
    if (more.length < 1000) return items
  }
}

/** Their principals use the name. */
const namedKinds: readonly Kind[] = ['User', 'Group', 'Consumer']

export type Watcher = Parameters<Resources['watch']>[0]

/** `watchers` from outside also hear of changes that other processes made. */
export function createResources(driver: Driver, watchers = new Set<Watcher>()): Resources {
  const tell = (kind: Kind, name: string) => {
    for (const changed of watchers) changed(kind, name)
  }
  return {
    // a row's spec has the type of its kind: it was checked when it was put
    get: async <K extends Kind>(kind: K, project: string, name: string) => {
      const found = await driver.read('resources.get', { kind, project, name })
      return found && (ofToday(found) as Resource<K>)
    },
    list: async <K extends Kind>(kind: K, project?: string) => {
      const page = (last: Resource | undefined) =>
        driver.read('resources.list', { kind, ...(project !== undefined && { project }), after: [last?.project ?? '', last?.name ?? ''] })
      return (await all<Resource>(page)).map(ofToday) as Resource<K>[]
    },
    async put<K extends Kind>(change: { kind: K; name: string } & Parameters<Resources['put']>[0], actor: string) {
      const id = namedKinds.includes(change.kind) ? change.name : uuidv7()
      const { resource, changed } = await driver.write('resources.put', { ...change, actor, id }, JSON.stringify(change.spec).length)
      if (changed) tell(change.kind, change.name)
      return resource as Resource<K>
    },
    async remove(kind, project, name, actor) {
      const removed = await driver.write('resources.remove', { kind, project, name, actor })
      if (removed) tell(kind, name)
      return removed
    },
    watch(changed) {
      const own = (kind: Kind, name: string) => changed(kind, name)
      watchers.add(own)
      return () => watchers.delete(own)
    },
  }
}

/** Fields that came since it was put get what they are when nothing is said. */
function ofToday(resource: Resource): Resource {
  const { success, data } = specs[resource.kind].safeParse(resource.spec)
  return success ? { ...resource, spec: data } : resource
}

// bodies come back as what was put: the caller names the type
export const createRecords = (driver: Driver): Records => ({
  get: async <T>(kind: string, id: string) => (await driver.read('records.get', { kind, id }))?.body as T | undefined,
  list: async <T>(kind: string) =>
    (await all<{ id: string; body: unknown }>((last) => driver.read('records.list', { kind, after: last?.id ?? '' }))) as {
      id: string
      body: T
    }[],
  put: async (kind, id, body, options) => {
    const text = JSON.stringify(body)
    if (text === undefined) throw new AppError('invalid_request', 'a record needs a body')
    await driver.write('records.put', { kind, id, body: text, ...options }, text.length)
  },
  take: async <T>(kind: string, id: string) => (await driver.write('records.take', { kind, id }))?.body as T | undefined,
  remove: (kind, id) => driver.write('records.remove', { kind, id }),
})

export const createSecrets = (driver: Driver): Secrets => ({
  get: (id) => driver.read('secrets.get', id),
  put: (id, value) => driver.write('secrets.put', { id, value }),
  remove: (id) => driver.write('secrets.remove', id),
})

export const createDocuments = (driver: Driver): Documents => ({
  get: (project, id) => driver.read('documents.get', { project, id }),
  byPath: (dataset, path) => driver.read('documents.byPath', { dataset, path }),
  list: (dataset, query) => driver.read('documents.list', { dataset, ...query }),
  put: (document) => driver.write('documents.put', document),
  update: (id, change) => driver.write('documents.update', { id, change }),
  setAccess: async (id, principals) => {
    await driver.write('documents.update', { id, change: { principals } })
  },
  remove: (id) => driver.write('documents.remove', id),
  segments: (document, query) => driver.read('documents.segments', { document, ...query }),
  segmentsById: (ids) => driver.read('documents.segmentsById', ids),
  setQuarantine: (segment, quarantine) => driver.write('documents.setQuarantine', { segment, ...(quarantine && { quarantine }) }),
})

export const createSearch = (driver: Driver): SearchIndex => ({
  replace: (document) => {
    const bytes = document.segments.reduce(
      (sum, { body, text, vector }) => sum + 2 * (body.length + text.length) + (vector?.byteLength ?? 0),
      512,
    )
    return driver.write('search.replace', document, bytes)
  },
  search: (query) => driver.read('search', query),
  weights: async (datasets, terms) => new Map(await driver.read('search.weights', { datasets, terms })),
  createDataset: (dataset) => driver.write('search.createDataset', dataset),
  async removeDataset(id) {
    let removed = 0
    for (;;) {
      const batch = await driver.write('search.removeDataset', id)
      if (batch === 0) return removed
      removed += batch
    }
  },
  counts: (dataset) => driver.read('search.counts', dataset),
})

export const createCalls = (driver: Driver): Calls => ({
  get: (project, id) => driver.read('calls.get', { project, id }),
  list: (query) => driver.read('calls.list', query),
  children: (id): Promise<CallRecord[]> => driver.read('calls.children', id),
  summary: (query) => {
    if (!(query.step >= 1) || (query.to - query.from) / query.step > 10_000)
      return Promise.reject(new AppError('invalid_request', 'a summary has at most 10000 steps of at least a millisecond'))
    return driver.read('calls.summary', query)
  },
})

export const createContents = (driver: Driver, queue: ContentQueue): Contents => ({
  get: (call) => driver.read('contents.get', call),
  async erase(person) {
    const destroyed = await driver.write('contents.erase', person)
    await queue.forget(person)
    await driver.writer.ask('checkpoint', undefined)
    return destroyed
  },
})

export const createConversations = (driver: Driver): Conversations => ({
  get: (id) => driver.read('conversations.get', id),
  list: (query) => driver.read('conversations.list', query),
  put: (conversation) => driver.write('conversations.put', conversation),
  remove: (id) => driver.write('conversations.remove', id),
  messages: (conversation, query) => driver.read('conversations.messages', { conversation, ...query }),
  message: (id) => driver.read('conversations.message', id),
  append: (message) => driver.write('conversations.append', message, 2 * (message.query.length + message.answer.length) + 512),
  rate: (message, feedback) => driver.write('conversations.rate', { message, ...(feedback && { feedback }) }),
})

export const createAudit = (driver: Driver): Audit => ({
  append: (event) => driver.write('audit.append', event),
  list: (query) => driver.read('audit.list', query),
  // the table of what runs alone has no types of its own
  sign: () => driver.writer.ask('audit.sign', undefined) as ReturnType<Audit['sign']>,
  verify: () => driver.read('audit.verify', undefined),
})

export const createJobs = (driver: Driver): Jobs => ({
  async add(queue, payload, options) {
    const id = options?.id ?? uuidv7()
    const text = JSON.stringify(payload) ?? 'null'
    await driver.write('jobs.add', { id, queue, payload: text, ...(options?.runAt !== undefined && { runAt: options.runAt }) }, text.length)
    return id
  },
  lease: async (queue, options) =>
    (await driver.write('jobs.lease', { queue, ...options })).map(({ id, payload, attempts }) => ({
      id,
      queue,
      payload: JSON.parse(payload),
      attempts,
    })),
  renew: ({ id, attempts }, owner, milliseconds) => driver.write('jobs.renew', { id, attempts, owner, milliseconds }),
  complete: ({ id, attempts }, owner) => driver.write('jobs.complete', { id, attempts, owner }),
  retry: ({ id, attempts }, owner, runAt) => driver.write('jobs.retry', { id, attempts, owner, runAt }),
  count: (queue) => driver.read('jobs.count', queue),
})
