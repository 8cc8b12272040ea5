import { z } from 'zod'
import { endpoints, Instant, InstantQuery, operators } from './endpoint.ts'

/** All that somebody who is not signed in learns. `setUp`: some owner has a password. */
export const Health = z.object({ status: z.literal('ok'), setUp: z.boolean() }).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>

/** How the server runs, for whoever looks after it. */
export const Running = z.object({
  /** Where TLS ends: at the listeners, at proxies that are trusted, or nowhere. */
  tls: z.enum(['listener', 'proxy', 'none']),
  trustedProxies: z.number(),
  /** Where the bytes of documents lie. */
  blobs: z.enum(['directory', 's3']),
  /** Documents are read where there is no network; absent until that is known. */
  readingOffline: z.boolean().optional(),
  configuration: z.enum(['ok', 'last-good']),
  /** Bytes that the store has not taken yet, and for how many milliseconds the oldest of them has waited. */
  journal: z.object({ behindBytes: z.number(), behindFor: z.number(), failing: z.boolean() }),
  openCalls: z.number(),
})
export const Status = z
  .object({
    version: z.string(),
    startedAt: Instant,
    /** The kind of store, e.g. `sqlite`. */
    store: z.string(),
    /** `per-server`: several servers may share the store, and each counts limits by itself, so together they let through a multiple. */
    limits: z.enum(['exact', 'per-server']),
    /** Absent: the store answers. */
    problem: z.string().optional(),
    /** The sample company is loaded. */
    demo: z.boolean(),
    /** Both listeners are reachable from this machine only; "chat as" links work. */
    loopback: z.boolean(),
    /** Where the chat web app is, e.g. `http://127.0.0.1:8080/chat`. */
    chatUrl: z.string(),
    running: Running.optional(),
    providers: z.array(z.object({ name: z.string(), use: z.string(), builtIn: z.boolean() })),
  })
  .meta({ id: 'Status' })
export type Status = z.infer<typeof Status>

export const ComponentView = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  /** JSON Schema of its configuration. */
  config: z.unknown(),
})
export type ComponentView = z.infer<typeof ComponentView>
/** Components by family: provider, guard, node, connector, extractor … */
export const Catalog = z.object({ families: z.record(z.string(), z.array(ComponentView)) }).meta({ id: 'Catalog' })
export type Catalog = z.infer<typeof Catalog>

const Sums = z.object({
  calls: z.number(),
  failed: z.number(),
  blocked: z.number(),
  /** Honest refusals: the match was too weak to answer from. */
  refused: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
})
export const Overview = z
  .object({
    from: Instant,
    to: Instant,
    step: z.number(),
    totals: Sums,
    /** Per `step`, oldest first, without gaps. Durations in microseconds. */
    buckets: z.array(Sums.extend({ at: Instant, p50: z.number(), p95: z.number() })),
    knowledge: z.object({ bases: z.number(), documents: z.number(), segments: z.number() }),
    consumers: z.number(),
    users: z.number(),
    apps: z.number(),
    /** Counts of what needs somebody's attention. */
    attention: z.array(
      z.object({
        kind: z.enum(['document-error', 'quarantine', 'key-expiring', 'store']),
        count: z.number(),
        base: z.string().optional(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'Overview' })
export type Overview = z.infer<typeof Overview>
/** Standard: the last 24 hours in steps of one hour. At most 500 steps. */
export const OverviewQuery = z.strictObject({
  from: InstantQuery.optional(),
  to: InstantQuery.optional(),
  step: z.coerce.number<number | string>().int().min(60_000).max(86_400_000).default(3_600_000),
})

export const systemEndpoints = endpoints({
  health: { method: 'GET', path: '/health', access: 'public', summary: 'Whether the server answers and is set up', response: Health },
  status: { method: 'GET', path: '/status', access: operators, summary: 'Version, store, providers', response: Status },
  catalog: {
    method: 'GET',
    path: '/catalog',
    access: operators,
    summary: 'All components with the schema of their configuration',
    response: Catalog,
  },
  overview: {
    method: 'GET',
    path: '/overview',
    access: operators,
    summary: 'Sums over a range of time',
    query: OverviewQuery,
    response: Overview,
  },
})
