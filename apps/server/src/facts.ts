import type { ServerFacts } from '@gatehouse/admin'
import { isReadingOffline } from '@gatehouse/knowledge'
import { type Addresses, pagesAt } from './addresses.ts'
import type { House } from './house.ts'
import type { ServeOptions } from './options.ts'

export interface FactsParts {
  readonly version: string
  readonly options: ServeOptions
  readonly house: House
  readonly addresses: Addresses
}

/** What the console is told about the server, at any time. */
export function factsOf({ version, options, house, addresses }: FactsParts): () => ServerFacts {
  const { clock, store, loopback } = house
  const startedAt = clock.now()
  const limits = store.isShared ? 'per-server' : 'exact'
  let readingOffline: boolean | undefined
  void isReadingOffline().then((found) => {
    readingOffline = found
  })
  const fixed = { version, startedAt, store: store.kind, limits, demo: options.sample !== undefined, loopback } as const
  return () => ({
    ...fixed,
    ...pagesAt(addresses),
    running: { ...runningOf(options, house), ...(readingOffline === undefined ? {} : { readingOffline }) },
  })
}

function runningOf({ tls, trustedProxies = [], blobs }: ServeOptions, { configuration, store, open }: House) {
  const { behindBytes = 0, behindFor = 0, failing = false } = store.journal.state?.() ?? {}
  return {
    tls: tls ? 'listener' : trustedProxies.length ? 'proxy' : 'none',
    trustedProxies: trustedProxies.length,
    blobs: blobs === undefined ? 'directory' : 's3',
    configuration: configuration.problem === undefined ? 'ok' : 'last-good',
    journal: { behindBytes, behindFor, failing },
    openCalls: open.size,
  } as const
}
