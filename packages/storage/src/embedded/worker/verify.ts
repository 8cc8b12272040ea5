import type { AuditReport } from '@gatehouse/contracts'
import { type BoundCall, type ChainRow, ChainWalk, Findings, readHeads } from '../../audit/chain-check.ts'
import type { Reading } from './context.ts'
import type { Database } from './database.ts'

export const verifyReads = {
  'audit.verify': ({ database, keys, headsFile }: Reading): AuditReport => verifyStore(database, keys.publicKey, headsFile),
}

/** Heads are read first: whatever they speak of was committed before. */
export function verifyStore(database: Database, publicKey: string, headsFile: string): AuditReport {
  const findings = new Findings()
  const stored = database.all<{ body: string }>('SELECT body FROM audit_head').map(({ body }) => body)
  const heads = readHeads(headsFile, stored, publicKey, findings)
  const writers = database.all<{ writer: string }>('SELECT DISTINCT writer FROM audit').map(({ writer }) => writer)
  for (const writer of [...new Set([...writers, ...heads.keys()])].sort()) {
    const walk = new ChainWalk(writer, heads.get(writer) ?? [], findings)
    for (const row of database.iterate<ChainRow>(chainSql, writer)) walk.next(row)
    walk.end()
  }
  for (const bound of findings.batches) findings.batch(bound, database.all<BoundCall>(batchSql, bound.batch))
  findings.unbound(
    database.get<{ calls: number }>('SELECT count(*) AS calls FROM call WHERE batch NOT IN (SELECT id FROM batch)')?.calls ?? 0,
  )
  return findings.toReport()
}

const chainSql = 'SELECT writer, sequence, previous, hash, body FROM audit WHERE writer = ? ORDER BY sequence'
const batchSql = 'SELECT id, project, at, consumer, user, target, "end", status, line FROM call WHERE batch = ? ORDER BY position'
