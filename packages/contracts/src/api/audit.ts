import { z } from 'zod'
import { After, auditors, endpoints, Instant, Limit, pageOf } from './endpoint.ts'

export const AuditEntry = z
  .object({
    writer: z.string(),
    sequence: z.number(),
    at: Instant,
    project: z.string(),
    actor: z.string(),
    action: z.string(),
    object: z.string().optional(),
    trace: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
    previous: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>
export const AuditPage = pageOf(AuditEntry).meta({ id: 'AuditPage' })
export type AuditPage = z.infer<typeof AuditPage>
export const AuditQuery = z.strictObject({
  after: After,
  limit: Limit,
  action: z.string().max(64).optional(),
  actor: z.string().max(140).optional(),
})

export const AuditReportView = z
  .object({
    intact: z.boolean(),
    chains: z.array(z.object({ writer: z.string(), records: z.number(), heads: z.number(), intact: z.boolean() })),
    batches: z.number(),
    problems: z.array(
      z.object({
        writer: z.string(),
        sequence: z.number(),
        kind: z.enum(['edit', 'gap', 'fork', 'truncation', 'head', 'batch']),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'AuditReport' })
export type AuditReportView = z.infer<typeof AuditReportView>

export const AuditHeadView = z.object({
  writer: z.string(),
  sequence: z.number(),
  hash: z.string(),
  at: Instant,
  signature: z.string(),
  key: z.string(),
})
export const AuditHeads = z.object({ heads: z.array(AuditHeadView) }).meta({ id: 'AuditHeads' })
export type AuditHeads = z.infer<typeof AuditHeads>

export const auditEndpoints = endpoints({
  listAudit: {
    method: 'GET',
    path: '/audit',
    access: auditors,
    summary: 'Audit records, newest first',
    query: AuditQuery,
    response: AuditPage,
  },
  verifyAudit: {
    method: 'POST',
    path: '/audit/verify',
    access: auditors,
    summary: 'Walk all chains against the exported heads',
    response: AuditReportView,
  },
  signAudit: {
    method: 'POST',
    path: '/audit/heads',
    access: auditors,
    summary: 'Sign and export the head of the chain now',
    response: AuditHeads,
  },
})
