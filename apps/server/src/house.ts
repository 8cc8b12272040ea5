import { type AdminSessions, createSessions } from '@gatehouse/admin'
import type { Snapshot } from '@gatehouse/gateway'
import { guards } from '@gatehouse/guards'
import {
  AppError,
  type BoundPolicy,
  bindPolicy,
  type Clock,
  createInspector,
  Registry,
  resolveSecret,
  type SearchModels,
  uuidv7,
  Wheel,
} from '@gatehouse/kernel'
import { createTransport, providers, type Transport } from '@gatehouse/providers'
import type { ServerStore } from '@gatehouse/storage'
import { createNodes } from '@gatehouse/workflow'
import { checkedResources } from './checked-resources.ts'
import { createDocumentsRoom, type DocumentsRoom } from './documents-room.ts'
import type { Lifecycle } from './lifecycle.ts'
import { isLoopback } from './listen.ts'
import { type CompileEverything, compileAll, createLiveConfiguration, type LiveConfiguration } from './live-configuration.ts'
import type { Logger } from './log.ts'
import { CallMetrics } from './metrics/call-metrics.ts'
import { meteredDocuments, meteredJournal, overriding } from './metrics/metered.ts'
import type { Family } from './metrics/tables.ts'
import { countingOpen, OpenCalls } from './open-calls.ts'
import type { ServeOptions } from './options.ts'
import { createPasswords } from './passwords.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import { openStore, secretSources, seed } from './seed.ts'

/** Everything behind the listeners, joined and opened. */
export interface House {
  readonly store: ServerStore
  readonly registries: Registries
  readonly compiling: CompileEverything
  readonly configuration: LiveConfiguration
  readonly documents: DocumentsRoom
  readonly wheel: Wheel
  readonly transport: Transport
  /** Its calls are counted as open until they are on record. */
  readonly pipeline: Pipeline
  readonly open: OpenCalls
  readonly sessions: AdminSessions
  /** What is counted as it happens. */
  readonly families: readonly Family[]
  readonly clock: Clock
  readonly newId: () => string
  /** Both listeners are for this machine only, and no proxy is before them. */
  readonly loopback: boolean
  /** The sample consumer's key, when it was made just now. */
  readonly newKey?: string
}

interface Registries {
  readonly providers: Registry<(typeof providers)[number]>
  readonly guards: Registry<(typeof guards)[number]>
}

const clock: Clock = { now: Date.now }
const newId = () => uuidv7()

export async function openHouse(options: ServeOptions, lifecycle: Lifecycle, log: Logger): Promise<House> {
  const opened = await openStore(options)
  lifecycle.closing(() => opened[Symbol.asyncDispose]())
  const { store, families } = metered(opened, log)
  const registries = { providers: new Registry(providers), guards: new Registry(guards) }
  const compiling = compilerOf(options, store, registries)
  const newKey = await seed(options, store, compiling, log)

  let policyOf: (project: string, name: string) => BoundPolicy
  const inspector = createInspector({ policyOf: (project, name) => policyOf(project, name) })
  let searchModels: SearchModels | undefined
  const modelsOf = () => {
    if (searchModels) return searchModels
    throw new AppError('overloaded', 'the server is starting')
  }
  const models: SearchModels = {
    embed: async (...asked) => modelsOf().embed(...asked),
    rerank: async (...asked) => modelsOf().rerank(...asked),
  }
  const documents = createDocumentsRoom(store, inspector, models, clock, log)
  lifecycle.closing(() => documents.close())

  const configuration = await createLiveConfiguration(store.resources, compiling, (problem) =>
    log.error({ problem }, 'the newest configuration is not in force'),
  )
  lifecycle.closing(() => configuration.close())
  policyOf = (project, name) => configuration.current.snapshot.policyOf(project, name)

  const wheel = new Wheel()
  const transport = createTransport({ wheel })
  lifecycle.closing(() => transport.close())
  const open = new OpenCalls()
  const parts = { configuration: () => configuration.current, store, datasets: documents.datasets, inspector, send: transport.send }
  const pipeline = countingOpen(createPipeline({ ...parts, clock, newId }), open)
  searchModels = pipeline.models

  const { resources, records, audit } = store
  const behindProxies = (options.trustedProxies?.length ?? 0) > 0
  const loopback = isLoopback(options.host) && isLoopback(options.controlHost) && !behindProxies
  const sessions = createSessions({ records, resources, audit, passwords: await createPasswords(), clock, loopback })
  const changed = overriding(store, { resources: checkedResources(resources, (all) => compileAll(all, compiling), configuration.refresh) })
  return {
    ...{ store: changed, registries, compiling, configuration, documents, wheel, transport, pipeline, open, sessions, families },
    ...{ clock, newId, loopback, ...(newKey ? { newKey } : {}) },
  }
}

/** The same store, with what is written to it counted. */
function metered(store: ServerStore, log: Logger): { store: ServerStore; families: Family[] } {
  const calls = new CallMetrics()
  const { documents, family } = meteredDocuments(store.documents)
  const journal = meteredJournal(store.journal, calls, log)
  return { store: overriding(store, { documents, journal }), families: [...calls.families(), family] }
}

const compilerOf = (options: ServeOptions, { secrets }: ServerStore, registries: Registries): CompileEverything => ({
  providers: registries.providers,
  bindPolicy: (id, spec) => bindPolicy(id, spec, registries.guards),
  resolveSecret: (reference) => resolveSecret(reference, secretSources(options, secrets)),
  nodes: (findDataset) => createNodes({ findDataset }),
})

/** Who answers, in the order of preference of the route `assistant`, or all routes. */
export function modelsInWords(snapshot: Snapshot): string {
  const { routes } = snapshot.routesOf('default')
  const names = new Set(
    routes.flatMap(({ targets }) => targets.map(({ name }) => (name === 'builtin' ? 'the built-in answerer, which needs no key' : name))),
  )
  return [...names].join(', then ') || 'no route is configured yet'
}
