import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { createAdminApi, type ServerFacts } from '@gatehouse/admin'
import { createChat } from '@gatehouse/gateway'
import { createDifyKnowledgeApi } from '@gatehouse/knowledge'
import { type Addresses, hostsOf } from './addresses.ts'
import { type Arrival, closingWhileDraining, createArrival } from './arrival.ts'
import type { ClientOf } from './client.ts'
import { createControlPlane, operatorCheck } from './control-plane.ts'
import { createDataPlane } from './data-plane.ts'
import type { House } from './house.ts'
import type { Lifecycle } from './lifecycle.ts'
import { isLoopback } from './listen.ts'
import type { Logger } from './log.ts'
import { createMetricsEndpoint } from './metrics/endpoint.ts'
import type { Refusals } from './metrics/refusals.ts'
import type { Family } from './metrics/tables.ts'
import type { ServeOptions } from './options.ts'
import type { ReadinessOf } from './readiness.ts'
import type { Settings } from './settings.ts'
import { createStaticFiles } from './static-files.ts'

const apps = join(import.meta.dirname, '../..')

export interface PlaneParts {
  readonly options: ServeOptions
  readonly settings: Settings
  readonly house: House
  readonly lifecycle: Pick<Lifecycle, 'phase'>
  readonly clientOf: ClientOf
  readonly readiness: ReadinessOf
  readonly families: readonly Family[]
  readonly refusals: Refusals
  /** Known when the listeners are open. */
  readonly addresses: Addresses
  readonly facts: () => ServerFacts
  readonly log: Logger
}
export interface Planes {
  readonly data: RequestListener
  readonly control: RequestListener
}

/** What the two listeners answer with. */
export function createPlanes(parts: PlaneParts): Planes {
  const arrival = createArrival(parts.clientOf, parts.settings)
  const phase = () => parts.lifecycle.phase
  return {
    data: closingWhileDraining(dataPlaneOf(parts, arrival), phase),
    control: closingWhileDraining(controlPlaneOf(parts, arrival), phase),
  }
}

function dataPlaneOf(parts: PlaneParts, arrival: Arrival): RequestListener {
  const { house, addresses, options, readiness, refusals } = parts
  const { store, documents, pipeline, sessions, clock, wheel, newId } = house
  const snapshot = () => house.configuration.current.snapshot
  const names = options.environment.GATEHOUSE_HOSTS
  const { conversations, blobs, journal } = store
  const { datasets, bases, ingest } = documents
  const isOurHost = (host: string) => hostsOf(options.host, addresses.data, names).includes(host.toLowerCase())
  const chat = createChat({
    ...{ snapshot, project: 'default', sessions, conversations, datasets, documents: store.documents, blobs },
    ...{ handler: pipeline.app, record: pipeline.record, journal, clock, wheel },
    isSecure: arrival.isSecure,
    maySignIn: arrival.maySignIn,
    isOurHost,
    addressOf: arrival.addressOf,
  })
  const knowledge = createDifyKnowledgeApi({ snapshot, store, bases, ingest, datasets, clock, newId })
  const pages = createStaticFiles(join(apps, 'chat/dist'), '/chat')
  const configuration = () => house.configuration.current
  return createDataPlane({ isOurHost, configuration, pipeline, store, clock, wheel, chat, knowledge, pages, readiness, arrival, refusals })
}

function controlPlaneOf(parts: PlaneParts, arrival: Arrival): RequestListener {
  const { house, addresses, options, settings, readiness, facts, clientOf, log } = parts
  const { store, sessions, documents, registries, compiling, clock, newId } = house
  const api = createAdminApi({
    ...{ store, sessions, datasets: documents.datasets, library: documents.ingest, clock, newId, facts },
    catalog: {
      provider: registries.providers.describe(),
      guard: registries.guards.describe(),
      node: compiling.nodes(() => undefined).describe(),
    },
    hosts: () => hostsOf(options.controlHost, addresses.control, options.environment.GATEHOUSE_HOSTS),
    isSecure: arrival.isSecure,
    maySignIn: arrival.maySignIn,
    addressOf: arrival.addressOf,
    failed: (error, request) => log.error({ request, error }, 'a request of the control plane failed'),
  })
  const metrics = createMetricsEndpoint(parts.families, {
    ...(settings.metricsToken === undefined ? {} : { token: settings.metricsToken }),
    loopback: isLoopback(options.controlHost),
    clientOf,
    isOperator: operatorCheck(api),
  })
  return createControlPlane({ api, pages: createStaticFiles(join(apps, 'console/dist'), '/console'), metrics, readiness, arrival })
}
