import type { AuditEvent, AuditRecord } from '@gatehouse/contracts'

export interface AuditRow {
  writer: string
  sequence: number
  previous: string
  hash: string
  body: string
  at: number
}

export const toAuditRecord = ({ previous, hash, body }: AuditRow): AuditRecord => ({
  ...(JSON.parse(body) as AuditEvent & { writer: string; sequence: number }),
  previous,
  hash,
})
