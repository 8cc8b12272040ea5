import type { AuditEntry, AuditRecord } from '@gatehouse/contracts'
import { present } from './call.ts'

export const auditEntry = ({
  writer,
  sequence,
  at,
  project,
  actor,
  action,
  object,
  trace,
  details,
  previous,
  hash,
}: AuditRecord): AuditEntry => ({
  ...{ writer, sequence, at, project, actor, action, previous, hash },
  ...present({ object, trace, details: details && { ...details } }),
})
