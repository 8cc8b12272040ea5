import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { embedQueue, ingestQueue } from '@gatehouse/knowledge'
import { type Addresses, pagesAt } from './addresses.ts'
import { watchBlobs } from './blobs-health.ts'
import { createClientOf } from './client.ts'
import { owner } from './defaults.ts'
import { factsOf } from './facts.ts'
import { type House, modelsInWords, openHouse } from './house.ts'
import { drain, Lifecycle } from './lifecycle.ts'
import { type Listener, openListeners } from './listeners.ts'
import { createLogger } from './log.ts'
import { houseFamilies } from './metrics/house-metrics.ts'
import { processFamilies } from './metrics/process-metrics.ts'
import { createRefusals } from './metrics/refusals.ts'
import type { ServeOptions } from './options.ts'
import { createPlanes } from './planes.ts'
import { createReadiness } from './readiness.ts'
import { restOnce } from './resting.ts'
import { settingsOf } from './settings.ts'
import { followTls } from './tls.ts'

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
  /** Reads the TLS certificate again. */
  reload(): void
  /** Lets answers under way finish, then closes everything. A gentle one takes calls for a while yet, so that balancers notice first. */
  close(how?: { gently: boolean }): Promise<void>
}

const version = (JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { version: string }).version

/** Everything joined and listening. Rejects with a plain reason when it cannot be: port taken, store locked, wrong key, wrong configuration. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const lifecycle = new Lifecycle()
  try {
    return await start(options, lifecycle)
  } catch (thrown) {
    await lifecycle.close().catch(() => {}) // why it could not start counts
    throw thrown
  }
}

async function start(options: ServeOptions, lifecycle: Lifecycle): Promise<RunningServer> {
  const settings = settingsOf(options)
  const log = createLogger(settings.logLevel)
  const tls = options.tls && followTls(options.tls, log)
  if (tls) lifecycle.closing(() => tls.close())
  const house = await openHouse(options, lifecycle, log)

  const { store, configuration, open, transport, documents } = house
  const addresses: Addresses = { data: '', control: '' }
  const listeners: Listener[] = []
  const readiness = createReadiness({
    ...{ phase: () => lifecycle.phase, store, blobs: watchBlobs(store.blobs, house.clock), problem: () => configuration.problem },
  })
  const watched = { version, readiness, store, queues: [ingestQueue, embedQueue], open, configuration, upstream: transport.counts }
  const refusals = createRefusals()
  const families = [...house.families, ...houseFamilies({ ...watched, listeners: () => listeners }), refusals.family, ...processFamilies()]
  const facts = factsOf({ version, options, house, addresses })
  const clientOf = createClientOf(options.trustedProxies ?? [])
  const planes = createPlanes({ options, settings, house, lifecycle, clientOf, readiness, families, refusals, addresses, facts, log })

  let delay = 0
  lifecycle.closing(() => drain({ servers: listeners.map(({ server }) => server), open, log, delay, limit: settings.drainLimit }))
  const { mostConnections } = settings
  await openListeners(planes, options, { tls, mostConnections, addresses }, (listener) => listeners.push(listener))
  store.announce(addresses.control)
  lifecycle.closing(restOnce(house))
  const synced = documents.sync()
  synced.catch((error) => log.error({ error }, 'synchronising the declared sources failed'))
  lifecycle.phase = 'ready'
  return {
    ...(await greetingOf(house, addresses)),
    synced,
    reload: () => tls?.reload(),
    close({ gently } = { gently: false }) {
      if (gently) delay = settings.drainDelay
      return lifecycle.close()
    },
  }
}

/** What a person is told at the start. */
async function greetingOf({ sessions, configuration, newKey }: House, addresses: Addresses) {
  const { data, control } = addresses
  const link = (await sessions.isSetUp()) ? undefined : await sessions.createLink({ kind: 'setup', user: owner })
  return {
    version,
    dataUrl: data,
    controlUrl: control,
    ...pagesAt(addresses),
    ...(link ? { setUpLink: `${control}/console#link=${link.token}` } : {}),
    ...(newKey ? { newKey } : {}),
    models: modelsInWords(configuration.current.snapshot),
  }
}
