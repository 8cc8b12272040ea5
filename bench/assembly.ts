import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type PolicySpec, type Resource, specs } from '@gatehouse/contracts'
import { compile, createDispatch, createEdge, createLimit, createRecorder } from '@gatehouse/gateway'
import { bindPolicy, compose, createGuardLayer, type Layer, Registry } from '@gatehouse/kernel'
import { createTransport, providers } from '@gatehouse/providers'
import { createEmbeddedStore } from '@gatehouse/storage'
import { liveHeap } from './live-heap.ts'
import { declared, deterministic } from './resources.ts'

/** Our data plane alone, with the real store, for tuning: `--assembly`. The product is measured through apps/server. */
const [upstream = '', directory = '', key = '', bare = ''] = process.argv.slice(2)
const without = new Set(bare.split(',').filter(Boolean))
const store = await createEmbeddedStore({
  directory: join(directory, 'data'),
  masterKey: Buffer.alloc(32, 7),
  headsFile: join(directory, 'heads.jsonl'),
})
const registry = new Registry(deterministic)
const made = (kind: Resource['kind'], name: string, spec: unknown): Resource => ({
  id: name,
  kind,
  project: 'default',
  name,
  managedBy: 'file',
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  spec: specs[kind].parse(spec) as Resource['spec'],
})
const snapshot = await compile(
  declared(upstream).map(({ kind, name, spec }) => made(kind, name, spec)),
  {
    providers: new Registry(providers),
    bindPolicy: (id: string, spec: PolicySpec) => bindPolicy(id, spec, registry),
    resolveSecret: async () => key,
  },
)
const clock = { now: () => Date.now() }
const layers: Layer[] = []
if (!without.has('limit')) layers.push(createLimit({ counters: store.counters, clock }))
else
  layers.push((exchange, next) => {
    exchange.notes.reservation = { id: exchange.id, reserved: 0, settled: 0 }
    return next(exchange)
  })
if (!without.has('guard')) layers.push(createGuardLayer())
const names = layers.map(({ name }) => name)
const fake = {
  write: (_record: unknown, _content: unknown, written: () => void) => setImmediate(written),
  check() {},
  flush: async () => {},
}
const journal = without.has('journal') ? fake : store.journal
const edge = createEdge({
  snapshot: () => snapshot,
  handlers: {
    route: compose(layers, createDispatch({ send: createTransport().send })),
    app: () => Promise.reject(new Error('no apps here')),
  },
  record: createRecorder({ journal, layers: { route: names, app: names } }),
  journal,
  clock,
  fallback: (_request, response) => response.end(),
})
const server = createServer({ noDelay: true }, edge)
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port, guards: deterministic.map(({ id }) => id) }),
)
process.on('message', async (asked) => {
  if (asked === 'heap') return void process.send?.({ heap: liveHeap() })
  await store.journal.flush()
  process.send?.({ open: store.counters.open() })
})
process.on('disconnect', () => process.exit())
