import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAdminApi, createSessions } from '@gatehouse/admin'
import { createChat, type Snapshot } from '@gatehouse/gateway'
import { guards } from '@gatehouse/guards'
import { type BoundPolicy, bindPolicy, createInspector, Registry, resolveSecret, uuidv7, Wheel } from '@gatehouse/kernel'
import { createDifyKnowledgeApi } from '@gatehouse/knowledge'
import { createTransport, providers } from '@gatehouse/providers'
import { createNodes } from '@gatehouse/workflow'
import { hostsOf, remoteAddressOf, urlHost } from './addresses.ts'
import { createControlPlane } from './control-plane.ts'
import { createDataPlane } from './data-plane.ts'
import { owner } from './defaults.ts'
import { createDocumentsRoom } from './documents-room.ts'
import { closeListener, createListener } from './http.ts'
import { isLoopback, listen } from './listen.ts'
import { type CompileEverything, createLiveConfiguration } from './live-configuration.ts'
import { createLogger } from './log.ts'
import type { ServeOptions } from './options.ts'
import { createPasswords } from './passwords.ts'
import { createPipeline } from './pipeline.ts'
import { openStore, secretSources, seed } from './seed.ts'
import { createStaticFiles } from './static-files.ts'

export interface RunningServer {
  readonly version: string
  readonly dataUrl: string
  readonly controlUrl: string
  readonly chatUrl: string
  readonly consoleUrl: string
  /** Until the owner has a password. */
  readonly setUpLink?: string
  /** The sample consumer's key, at the start that made it. */
  readonly newKey?: string
  /** In words: which models answer. */
  readonly models: string
  /** All documents of declared sources are searchable, or have a status that says why not. */
  readonly synced: Promise<void>
  close(): Promise<void>
}

const version = (JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { version: string }).version
const apps = join(import.meta.dirname, '../..')
const drainMilliseconds = 10_000
/** By then the first documents are read, and the thread that read them has ended. */
const restMilliseconds = 20_000
const clock = { now: Date.now }
const newId = () => uuidv7()

/** Everything joined and listening. Rejects with a plain reason when it cannot be: port taken, store locked, wrong key, wrong configuration. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each()
  }
  try {
    return { ...(await assemble(options, (closer) => closers.push(closer))), close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

async function assemble(options: ServeOptions, closing: (closer: () => unknown) => void): Promise<Omit<RunningServer, 'close'>> {
  const log = createLogger(options.environment.GATEHOUSE_LOG ?? 'warn')
  const store = await openStore(options)
  closing(() => store[Symbol.asyncDispose]())
  const registries = { providers: new Registry(providers), guards: new Registry(guards) }
  const compiling: CompileEverything = {
    providers: registries.providers,
    bindPolicy: (id, spec) => bindPolicy(id, spec, registries.guards),
    resolveSecret: (reference) => resolveSecret(reference, secretSources(options, store.secrets)),
    nodes: (findDataset) => createNodes({ findDataset }),
  }
  const newKey = await seed(options, store, compiling, log)

  let policyOf: (project: string, name: string) => BoundPolicy
  const inspector = createInspector({ policyOf: (project, name) => policyOf(project, name) })
  const documents = createDocumentsRoom(store, inspector, clock, log)
  closing(() => documents.close())

  const configuration = await createLiveConfiguration(store.resources, compiling, (problem) =>
    log.error({ problem }, 'the newest configuration is not in force'),
  )
  closing(() => configuration.close())
  policyOf = (project, name) => configuration.current.snapshot.policyOf(project, name)

  const wheel = new Wheel()
  const transport = createTransport({ wheel })
  closing(() => transport.close())
  const current = () => configuration.current
  const pipeline = createPipeline({
    configuration: current,
    store,
    datasets: documents.datasets,
    inspector,
    send: transport.send,
    clock,
    newId,
  })

  const loopback = isLoopback(options.host) && isLoopback(options.controlHost)
  const { resources, records, audit } = store
  const sessions = createSessions({ records, resources, audit, passwords: await createPasswords(), clock, loopback })
  const address = { data: '', control: '' }
  const names = options.environment.GATEHOUSE_HOSTS
  let ready = false

  const chat = createChat({
    snapshot: () => current().snapshot,
    project: 'default',
    sessions,
    conversations: store.conversations,
    datasets: documents.datasets,
    documents: store.documents,
    blobs: store.blobs,
    handler: pipeline.app,
    record: pipeline.record,
    journal: store.journal,
    clock,
    wheel,
    secure: false,
    isOurHost: (host) => hostsOf(options.host, address.data, names).includes(host.toLowerCase()),
    addressOf: remoteAddressOf,
  })
  const dataPlane = createDataPlane({
    configuration: current,
    pipeline,
    store,
    clock,
    wheel,
    chat,
    knowledge: createDifyKnowledgeApi({
      snapshot: () => current().snapshot,
      store,
      bases: documents.bases,
      ingest: documents.ingest,
      datasets: documents.datasets,
      clock,
      newId,
    }),
    pages: createStaticFiles(join(apps, 'chat/dist'), '/chat'),
    ready: () => ready,
  })
  const startedAt = clock.now()
  const urls = () => ({ chatUrl: `${address.data}/chat`, consoleUrl: `${address.control}/console` })
  const api = createAdminApi({
    store,
    sessions,
    datasets: documents.datasets,
    library: documents.ingest,
    clock,
    newId,
    facts: () => ({ version, startedAt, store: 'sqlite', demo: options.sample !== undefined, loopback, ...urls() }),
    catalog: {
      provider: registries.providers.describe(),
      guard: registries.guards.describe(),
      node: compiling.nodes(() => undefined).describe(),
    },
    hosts: () => hostsOf(options.controlHost, address.control, names),
    secure: false,
    failed: (error, request) => log.error({ request, reason: (error as Error).message }, 'a request of the control plane failed'),
  })
  const controlPlane = createControlPlane({ api, pages: createStaticFiles(join(apps, 'console/dist'), '/console') })

  for (const [plane, listener, host, port, standard] of [
    ['data', dataPlane, options.host, options.port, 8080],
    ['control', controlPlane, options.controlHost, options.controlPort, 8081],
  ] as const) {
    const server = createListener(listener)
    address[plane] = `http://${urlHost(host)}:${await listen(server, host, port, standard)}`
    closing(() => closeListener(server, drainMilliseconds))
  }
  store.announce(address.control)
  closing(() => {
    ready = false
  })
  const synced = documents.sync()
  // once, when nothing was asked for a while: the collection drops compiled code too, and who calls then pays for it
  let seen = transport.counts.begun
  const rest = () => {
    if (transport.counts.begun === seen && store.counters.open() === 0) return store.rest()
    seen = transport.counts.begun
    resting.refresh()
  }
  const resting = setTimeout(rest, restMilliseconds).unref()
  closing(() => clearTimeout(resting))
  synced.catch((thrown) => log.error({ reason: (thrown as Error).message }, 'synchronising the declared sources failed'))
  ready = true
  const link = (await sessions.isSetUp()) ? undefined : await sessions.createLink({ kind: 'setup', user: owner })
  return {
    version,
    dataUrl: address.data,
    controlUrl: address.control,
    ...urls(),
    ...(link ? { setUpLink: `${address.control}/console#link=${link.token}` } : {}),
    ...(newKey ? { newKey } : {}),
    models: modelsInWords(current().snapshot),
    synced,
  }
}

/** Who answers, in the order of preference of the route `assistant`, or all routes. */
function modelsInWords(snapshot: Snapshot): string {
  const { routes } = snapshot.routesOf('default')
  const names = new Set(
    routes.flatMap(({ targets }) => targets.map(({ name }) => (name === 'builtin' ? 'the built-in answerer, which needs no key' : name))),
  )
  return [...names].join(', then ') || 'no route is configured yet'
}
