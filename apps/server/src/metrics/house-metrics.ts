import type { Server } from 'node:http'
import type { Store } from '@gatehouse/kernel'
import type { LiveConfiguration } from '../live-configuration.ts'
import type { OpenCalls } from '../open-calls.ts'
import type { ReadinessOf } from '../readiness.ts'
import type { Family, Value } from './tables.ts'

export interface HouseParts {
  readonly version: string
  readonly readiness: ReadinessOf
  readonly store: Pick<Store, 'counters' | 'journal' | 'jobs'>
  /** Names of the job queues. */
  readonly queues: readonly string[]
  readonly open: OpenCalls
  readonly configuration: Pick<LiveConfiguration, 'problem' | 'generation' | 'inForceSince'>
  readonly upstream: { readonly begun: number; readonly open: number; readonly aborted: number }
  readonly listeners: () => readonly { readonly plane: string; readonly server: Server }[]
}

const one = (value: number): Value[] => [{ labels: {}, value }]
const is = (fact: boolean) => (fact ? 1 : 0)

/** The state of the server, read when somebody scrapes; between scrapes it costs nothing. */
export function houseFamilies(parts: HouseParts): Family[] {
  return [...stateFamilies(parts), ...storeFamilies(parts), ...configurationFamilies(parts), ...trafficFamilies(parts)]
}

type Row = readonly [name: string, help: string, values: Family['values'], labels?: Family['labels']]
const gauge = ([name, help, values, labels = {}]: Row): Family => ({ name, help, type: 'gauge', labels, values })
const counter = ([name, help, values, labels = {}]: Row): Family => ({ name, help, type: 'counter', labels, values })

const stateFamilies = ({ version, readiness }: HouseParts): Family[] => [
  gauge([
    'gatehouse_build_info',
    'Always 1; the labels say what runs.',
    () => [{ labels: { version, node: process.versions.node }, value: 1 }],
    { version: 'of the program', node: 'of Node.js' },
  ]),
  gauge(['gatehouse_ready', '1 while /readyz says ready.', async () => one(is((await readiness()).status === 'ready'))]),
  gauge([
    'gatehouse_check_ok',
    '1 where a check of /readyz is in order.',
    async () => Object.entries((await readiness()).checks).map(([check, found]) => ({ labels: { check }, value: is(found === 'ok') })),
    { check: ['store', 'journal', 'blobs', 'configuration'] },
  ]),
]

const storeFamilies = ({ store, queues }: HouseParts): Family[] => {
  const journal = () => store.journal.state?.() ?? { waitingBytes: 0, behindBytes: 0, behindFor: 0, failing: false }
  return [
    gauge(['gatehouse_reservations_open', 'Reservations that are neither settled nor released.', () => one(store.counters.open())]),
    gauge(['gatehouse_journal_waiting_bytes', 'Records that are not in the journal file yet.', () => one(journal().waitingBytes)]),
    gauge([
      'gatehouse_journal_behind_bytes',
      'Records in the journal file that the store has not taken yet.',
      () => one(journal().behindBytes),
    ]),
    gauge(['gatehouse_journal_behind_seconds', 'For how long the oldest of them has waited.', () => one(journal().behindFor / 1000)]),
    gauge([
      'gatehouse_journal_failing',
      '1 while the journal cannot be written, or the store does not take it.',
      () => one(is(journal().failing)),
    ]),
    gauge([
      'gatehouse_jobs_waiting',
      'Jobs that are queued or under way.',
      async () =>
        Promise.all(queues.map(async (queue) => ({ labels: { queue }, value: await store.jobs.count(queue).catch(() => Number.NaN) }))),
      { queue: queues },
    ]),
  ]
}

const configurationFamilies = ({ configuration }: HouseParts): Family[] => [
  gauge([
    'gatehouse_config_generation',
    'Counts up with each configuration put in force since the start.',
    () => one(configuration.generation),
  ]),
  gauge([
    'gatehouse_config_timestamp_seconds',
    'When the configuration in force was put there, Unix time.',
    () => one(configuration.inForceSince / 1000),
  ]),
  gauge([
    'gatehouse_config_newest_in_force',
    '0 while the newest change is refused and the last good one serves on.',
    () => one(is(configuration.problem === undefined)),
  ]),
]

const trafficFamilies = ({ open, upstream, listeners }: HouseParts): Family[] => [
  gauge([
    'gatehouse_calls_open',
    'Calls under way.',
    () => [
      { labels: { answer: 'stream' }, value: open.streams },
      { labels: { answer: 'whole' }, value: open.size - open.streams },
    ],
    { answer: ['stream', 'whole'] },
  ]),
  gauge([
    'gatehouse_connections',
    'Open connections of callers.',
    () => Promise.all(listeners().map(async ({ plane, server }) => ({ labels: { plane }, value: await connectionsOf(server) }))),
    { plane: ['data', 'control'] },
  ]),
  gauge(['gatehouse_upstream_open', 'Requests to vendors under way.', () => one(upstream.open)]),
  counter(['gatehouse_upstream_requests_total', 'Requests to vendors that were begun.', () => one(upstream.begun)]),
  counter(['gatehouse_upstream_aborted_total', 'Requests to vendors that were ended early.', () => one(upstream.aborted)]),
]

const connectionsOf = (server: Server) => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count ?? 0)))
