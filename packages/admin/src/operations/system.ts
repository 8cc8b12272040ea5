import type { Overview, systemEndpoints } from '@gatehouse/contracts'
import type { CallSummary } from '@gatehouse/kernel'
import type { AdminDependencies } from '../dependencies.ts'
import type { Create } from '../operation.ts'
import { refusal } from '../words.ts'

export const systemOperations: Create<typeof systemEndpoints> = (dependencies) => {
  const { store, sessions, clock, facts, catalog } = dependencies
  return {
    async health() {
      return { status: 'ok', setUp: await sessions.isSetUp() }
    },

    async status({ project }) {
      const { version, startedAt, store: kind, limits, demo, loopback, chatUrl, running } = facts()
      const problem = await problemOf(store)
      const providers = await store.resources.list('Provider', project)
      return {
        ...{ version, startedAt, store: kind, limits, demo, loopback, chatUrl },
        ...(running ? { running } : {}),
        ...(problem ? { problem } : {}),
        providers: providers.map(({ name, spec }) => ({ name, use: spec.use, builtIn: spec.use === 'provider.builtin' })),
      }
    },

    async catalog() {
      return { families: Object.fromEntries(Object.entries(catalog).map(([family, components]) => [family, [...components]])) }
    },

    async overview({ query: { step, ...range }, project }) {
      const to = range.to ?? clock.now()
      const from = range.from ?? to - 86_400_000
      if (from >= to || (to - from) / step > 500) throw refusal('invalid_request', 'range-too-long')
      const buckets = withoutGaps(await store.calls.summary({ project, from, to, step }), from, to, step)
      const { resources } = store
      const [bases, consumers, users, apps] = await Promise.all([
        resources.list('KnowledgeBase', project),
        resources.list('Consumer', project),
        resources.list('User', project),
        resources.list('App', project),
      ])
      const counts = await Promise.all(bases.map(({ id }) => store.search.counts(id)))
      const problem = await problemOf(store)
      const expiring = consumers
        .flatMap(({ spec }) => spec.keys)
        .filter(({ expiresAt }) => expiresAt && Date.parse(expiresAt) < clock.now() + week)
      const attention: Overview['attention'] = (await Promise.all(bases.map(({ id, name }) => troubleOf(store, id, name)))).flat()
      if (problem) attention.push({ kind: 'store', count: 1, message: problem })
      if (expiring.length) attention.push({ kind: 'key-expiring', count: expiring.length, message: 'keys expire within seven days' })
      return {
        ...{ from, to, step, buckets, attention },
        totals: totalOf(buckets),
        knowledge: { bases: bases.length, documents: sum(counts, 'documents'), segments: sum(counts, 'segments') },
        consumers: consumers.length,
        users: users.length,
        apps: apps.length,
      }
    },
  }
}

const week = 7 * 86_400_000
/** Documents looked at per knowledge base for what needs attention: the newest ones. */
const looked = 500

async function problemOf(store: AdminDependencies['store']): Promise<string | undefined> {
  return store.check().then(
    () => undefined,
    () => 'the store does not answer as it should; see the server log and `gatehouse doctor`',
  )
}

async function troubleOf(store: AdminDependencies['store'], id: string, base: string): Promise<Overview['attention']> {
  const { items } = await store.documents.list(id, { limit: looked })
  const failed = items.filter(({ status }) => status === 'error').length
  const quarantined = items.reduce((count, document) => count + document.quarantined, 0)
  return [
    ...(failed ? [{ kind: 'document-error' as const, count: failed, base, message: 'documents could not be processed' }] : []),
    ...(quarantined ? [{ kind: 'quarantine' as const, count: quarantined, base, message: 'segments are quarantined' }] : []),
  ]
}

const nothing = { calls: 0, failed: 0, blocked: 0, refused: 0, inputTokens: 0, outputTokens: 0 }
function withoutGaps(found: readonly CallSummary[], from: number, to: number, step: number): CallSummary[] {
  const start = (at: number) => Math.floor((at - from) / step)
  const known = new Map(found.map((bucket) => [start(bucket.at), bucket]))
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => ({
    ...nothing,
    p50: 0,
    p95: 0,
    ...known.get(index),
    at: from + index * step,
  }))
}

const sum = <K extends string>(rows: readonly Readonly<Record<K, number>>[], field: K) => rows.reduce((total, row) => total + row[field], 0)
const totalOf = (buckets: readonly CallSummary[]) => ({
  calls: sum(buckets, 'calls'),
  failed: sum(buckets, 'failed'),
  blocked: sum(buckets, 'blocked'),
  refused: sum(buckets, 'refused'),
  inputTokens: sum(buckets, 'inputTokens'),
  outputTokens: sum(buckets, 'outputTokens'),
})
