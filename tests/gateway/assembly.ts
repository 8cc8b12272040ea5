import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CallRecord, type Kind, type PolicySpec, type Resource, specs } from '@gatehouse/contracts'
import {
  compile,
  createDispatch,
  createEdge,
  createLimit,
  createModels,
  createRecorder,
  type PathMatch,
  type Snapshot,
} from '@gatehouse/gateway'
import {
  type Amounts,
  AppError,
  type BoundPolicy,
  type Counters,
  compose,
  type Handler,
  type Journal,
  type JournalContent,
  type Layer,
  type Models,
  Registry,
  type Reserved,
  Wheel,
} from '@gatehouse/kernel'
import { createScriptedUpstream, createTransport, providers, type ScriptedUpstream, type Transport } from '@gatehouse/providers'

export const key = 'gh-test-key-of-forty-characters-or-so-000'

export interface Assembly {
  readonly url: string
  readonly upstream: ScriptedUpstream
  readonly transport: Transport
  readonly journal: MemoryJournal
  readonly counters: MemoryCounters
  readonly models: Models
  readonly snapshot: Snapshot
  /** Fetches with the key. */
  chat(body: unknown, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

/** A journal that keeps what it is given, and can be told to fail. */
export class MemoryJournal implements Journal {
  readonly records: CallRecord[] = []
  readonly contents: (JournalContent | undefined)[] = []
  failure: Error | undefined
  write(record: CallRecord, content: JournalContent | undefined, written: (failure?: Error) => void): void {
    setImmediate(() => {
      if (this.failure) return written(this.failure)
      this.records.push(structuredClone(record))
      this.contents.push(content)
      written()
    })
  }
  check(): void {
    if (this.failure) throw new AppError('overloaded', 'the journal cannot be written')
  }
  async flush(): Promise<void> {}
}

/** A ledger without windows: enough to see who reserves and settles what. */
export class MemoryCounters implements Counters {
  readonly holds = new Map<string, { estimate: Amounts; limits: string[] }>()
  readonly settled = new Map<string, Amounts>()
  readonly used = new Map<string, number>()
  reserve({ id, limits, estimate }: Parameters<Counters['reserve']>[0]): Reserved {
    for (const limit of limits)
      if ((this.used.get(limit.id) ?? 0) + (estimate[limit.unit] ?? 0) > limit.most)
        return { granted: false, limit, retryAt: Date.now() + 30_000 }
    for (const limit of limits) this.used.set(limit.id, (this.used.get(limit.id) ?? 0) + (estimate[limit.unit] ?? 0))
    this.holds.set(id, { estimate, limits: limits.map((limit) => limit.id) })
    return { granted: true }
  }
  settle(id: string, actual: Amounts): void {
    if (!this.holds.delete(id)) throw new Error(`settled twice or never reserved: ${id}`)
    this.settled.set(id, actual)
  }
  release(id: string): void {
    this.holds.delete(id)
  }
  open(): number {
    return this.holds.size
  }
}

export const resource = <K extends Kind>(kind: K, name: string, spec: unknown, id = name): Resource<K> => ({
  id,
  kind,
  project: 'default',
  name,
  managedBy: 'file',
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  spec: specs[kind].parse(spec) as Resource<K>['spec'],
})

const bindNothing = (id: string, spec: PolicySpec): BoundPolicy => ({ id, spec, stages: {} })

export interface AssemblyOptions {
  readonly resources?: (upstream: string) => readonly Resource[]
  readonly layers?: readonly Layer[]
  /** Unset: every policy is without guards. */
  readonly bindPolicy?: (id: string, spec: PolicySpec) => BoundPolicy
  readonly app?: Handler
  readonly delay?: number
  readonly chunks?: number
  readonly keepAlive?: number
  /** Unset: Node's own server. */
  readonly listener?: (edge: RequestListener) => Server
  readonly mostBytes?: number
  readonly bodyDeadline?: number
  readonly fallback?: (match: PathMatch, headers: Record<string, unknown>) => unknown
}

const timeouts = { connect: 400, firstByte: 400, idle: 400, total: 5000 }
/** One provider and a route for every scripted model, a consumer, an app. */
export const standard = (upstream: string): Resource[] => [
  resource('Provider', 'scripted', {
    use: 'provider.openai-compatible',
    config: { baseUrl: `${upstream}/v1` },
    credentials: ['env:VENDOR_KEY'],
  }),
  resource('Route', 'everything', { models: ['*'], targets: [{ provider: 'scripted' }], timeouts, content: 'full' }),
  resource('Route', 'renamed', { models: ['assistant'], targets: [{ provider: 'scripted', model: 'text' }], timeouts }),
  resource('Consumer', 'tests', { keys: [{ secret: 'env:TEST_KEY', prefix: 'gh-test' }], groups: [] }),
]

/** The whole data plane in one process: edge, layers, dispatch, transport and a scripted vendor; journal and ledger in memory. */
export async function assemble(options: AssemblyOptions = {}): Promise<Assembly> {
  const upstream = await createScriptedUpstream({
    ...(options.delay !== undefined && { delay: options.delay }),
    ...(options.chunks !== undefined && { chunks: options.chunks }),
  })
  const secrets: Record<string, string> = {
    'env:VENDOR_KEY': 'vendor-secret',
    'env:TEST_KEY': key,
    'env:OLD_KEY': 'gh-old',
    'env:LIMITED_KEY': 'gh-limited',
    'env:APP_KEY': 'app-key',
  }
  const resources = (options.resources ?? standard)(upstream.origin)
  const snapshot = await compile(resources, {
    providers: new Registry(providers),
    bindPolicy: options.bindPolicy ?? bindNothing,
    resolveSecret: async (reference) =>
      secrets[reference] ?? Promise.reject(new AppError('invalid_request', `the secret ${reference} is empty or missing`)),
  })
  const wheel = new Wheel(10)
  const transport = createTransport({ wheel })
  const journal = new MemoryJournal()
  const counters = new MemoryCounters()
  const clock = { now: () => Date.now() }
  const layers = [createLimit({ counters, clock }), ...(options.layers ?? [])]
  const names = layers.map((layer) => layer.name)
  const record = createRecorder({ journal, layers: { route: names, app: names } })
  const route = compose(layers, createDispatch({ send: transport.send }))
  const app = compose(layers, options.app ?? (() => Promise.reject(new AppError('internal', 'no app here'))))
  const edge = createEdge({
    snapshot: () => snapshot,
    handlers: { route, app },
    record,
    journal,
    clock,
    wheel,
    fallback: (request, response, match) => response.end(JSON.stringify(options.fallback?.(match, request.headers) ?? match)),
    ...(options.keepAlive !== undefined && { keepAlive: options.keepAlive }),
    ...(options.mostBytes !== undefined && { mostBytes: options.mostBytes }),
    ...(options.bodyDeadline !== undefined && { bodyDeadline: options.bodyDeadline }),
  })
  const server = options.listener?.(edge) ?? createServer({ noDelay: true }, edge)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    upstream,
    transport,
    journal,
    counters,
    snapshot,
    models: createModels({ snapshot: () => snapshot, handler: route, record, clock }),
    chat: (body, headers = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await transport.close()
      await upstream.close()
    },
  }
}

/** Waits until something holds; the test runner's own deadline is the limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
