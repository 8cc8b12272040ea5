import { z } from 'zod'
import { Action, Stage } from '../policy.ts'
import { Graph } from '../resources.ts'
import { AuditEntry } from './audit.ts'
import { After, administrators, endpoints, Instant, InstantQuery, Limit, operators, pageOf, Reason } from './endpoint.ts'
import { PassageView, RetrievalView } from './references.ts'

export const CallEnd = z.enum(['complete', 'cancelled', 'failed', 'blocked'])
export const UsageView = z.object({ inputTokens: z.number(), outputTokens: z.number(), source: z.enum(['provider', 'estimated']) })

/** One line of the list of calls. Durations in microseconds. */
export const CallRow = z
  .object({
    id: z.string(),
    parent: z.string().optional(),
    at: Instant,
    consumer: z.string(),
    user: z.string().optional(),
    pseudonym: z.string().optional(),
    dialect: z.string(),
    operation: z.string(),
    /** The route's or app's name. */
    target: z.string(),
    model: z.string(),
    stream: z.boolean(),
    status: z.number(),
    end: CallEnd,
    error: z.object({ code: z.string(), message: z.string() }).optional(),
    finish: z.string().optional(),
    duration: z.number(),
    firstByte: z.number().optional(),
    usage: UsageView.optional(),
    cost: z.number().optional(),
    /** The strictest decision of the guards, when it was not `allow`. */
    verdict: z.union([Action, z.literal('not-inspected')]).optional(),
    /** True when a retrieval found too little to answer from. */
    weak: z.boolean().optional(),
  })
  .meta({ id: 'CallRow' })
export type CallRow = z.infer<typeof CallRow>
export const CallPage = pageOf(CallRow).meta({ id: 'CallPage' })
export type CallPage = z.infer<typeof CallPage>
export const CallsQuery = z.strictObject({
  after: After,
  limit: Limit,
  from: InstantQuery.optional(),
  to: InstantQuery.optional(),
  end: CallEnd.optional(),
  consumer: z.string().max(128).optional(),
  user: z.string().max(128).optional(),
  target: z.string().max(128).optional(),
  operation: z.string().max(64).optional(),
  /** `true`: only what callers asked, no call that another call made, nor one of the ingest. */
  roots: z.enum(['true', 'false']).default('true'),
})

export const VerdictView = z.object({
  stage: Stage,
  action: z.union([Action, z.literal('not-inspected')]),
  monitored: z.boolean().optional(),
  took: z.number(),
  /** Rule ids, places and scores; never the text that was found. */
  findings: z.array(z.object({ guard: z.string(), rule: z.string(), score: z.number(), start: z.number(), end: z.number() })),
  /** For retrieved text: which passage, as the operator may see it. */
  source: PassageView.optional(),
})
export type VerdictView = z.infer<typeof VerdictView>

/** One step of the app's graph as it ran. Milliseconds from the start of the run. */
export const NodeRunView = z.object({
  node: z.string(),
  use: z.string(),
  title: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'stopped', 'skipped']),
  start: z.number(),
  duration: z.number().optional(),
  branch: z.string().optional(),
  error: z.string().optional(),
})
export type NodeRunView = z.infer<typeof NodeRunView>

/** The whole story of one call. */
export const Trace = z
  .object({
    call: CallRow.extend({
      key: z.string().optional(),
      reservation: z.object({ id: z.string(), reserved: z.number(), settled: z.number() }).optional(),
      conversation: z.string().optional(),
      policy: z.string().optional(),
      /** Whether content was kept, and how. */
      content: z.enum(['off', 'metadata', 'redacted', 'full']),
    }),
    /** Outermost first; microseconds. `at` from the first byte of the request, `duration` until the next layer began. */
    layers: z.array(z.object({ name: z.string(), at: z.number(), duration: z.number() })),
    verdicts: z.array(VerdictView),
    attempts: z.array(
      z.object({
        provider: z.string(),
        model: z.string(),
        at: z.number(),
        duration: z.number(),
        status: z.number().optional(),
        error: z.string().optional(),
        /** Fields of the request that the vendor does not take; left out. */
        dropped: z.array(z.string()).readonly().optional(),
      }),
    ),
    retrieval: z.array(RetrievalView),
    citations: z.array(z.object({ n: z.number(), passage: PassageView })),
    /** Calls it made, oldest first. */
    children: z.array(CallRow),
    /** For a call of an app: its graph as it is now, and the path that was taken. */
    app: z.object({ name: z.string(), title: z.string(), graph: Graph.optional(), path: z.array(NodeRunView) }).optional(),
    /** Audit records which name this call, and the one (`journal.bind`) that binds its record into the chain; newest first. */
    audit: z.array(AuditEntry),
  })
  .meta({ id: 'Trace' })
export type Trace = z.infer<typeof Trace>

export const ReadContent = z.strictObject({ reason: Reason })
/** What was said, as kept (redacted or full). */
export const ContentView = z.object({ request: z.string(), reply: z.string() }).meta({ id: 'ContentView' })
export type ContentView = z.infer<typeof ContentView>

export const callEndpoints = endpoints({
  listCalls: { method: 'GET', path: '/calls', access: operators, summary: 'Calls, newest first', query: CallsQuery, response: CallPage },
  getCall: { method: 'GET', path: '/calls/{call}', access: operators, summary: 'One call, whole, without content', response: Trace },
  readContent: {
    method: 'POST',
    path: '/calls/{call}/content',
    access: administrators,
    summary: 'What was said; needs a reason and is audited',
    body: ReadContent,
    response: ContentView,
  },
})
