import type { AuditEvent, AuditReport } from '@gatehouse/contracts'
import { type BoundCall, type ChainRow, ChainWalk, Findings, readHeads } from '../../audit/chain-check.ts'
import type { Reading, ReadsLater } from './context.ts'

const pageSize = 2000

export const verifyReads = {
  'audit.verify': (context) => verifyStore(context),
} satisfies Partial<ReadsLater>

interface Row extends ChainRow {
  at: number
  project: string
  actor: string
  action: string
  trace: string | null
}

/** Heads are read first: whatever they speak of was committed before. Page by page, so that no transaction stays open. */
export async function verifyStore({ database, keys, headsFile }: Omit<Reading, 'now'>): Promise<AuditReport> {
  const findings = new Findings()
  const stored = await database.all<{ body: string }>('SELECT body FROM audit_head')
  const heads = readHeads(
    headsFile,
    stored.map(({ body }) => body),
    keys.publicKey,
    findings,
  )
  const writers = await database.all<{ writer: string }>('SELECT DISTINCT writer FROM audit')
  for (const writer of [...new Set([...writers.map((row) => row.writer), ...heads.keys()])].sort()) {
    const walk = new ChainWalk(writer, heads.get(writer) ?? [], findings)
    for await (const row of chainOf(database, writer)) {
      walk.next(row)
      if (!isFaithful(row)) findings.report(writer, row.sequence, 'edit', 'the columns of the record do not say what it says')
    }
    walk.end()
  }
  for (const bound of findings.batches) findings.batch(bound, await database.all<BoundCall>(batchSql, [bound.batch]))
  findings.unbound((await database.get<{ calls: number }>(unboundSql))?.calls ?? 0)
  return findings.toReport()
}

async function* chainOf(database: Reading['database'], writer: string): AsyncGenerator<Row> {
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = await database.all<Row>(chainSql, [writer, after, pageSize])
    yield* rows
    if (rows.length < pageSize) return
    after = rows.at(-1)!.sequence
  }
}

const chainSql = `SELECT writer, sequence, previous, hash, body, at, project, actor, action, trace FROM audit
  WHERE writer = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`
const batchSql = 'SELECT id, project, at, consumer, "user", target, "end", status, line FROM call WHERE batch = $1 ORDER BY position'
const unboundSql = 'SELECT count(*) AS calls FROM call c WHERE NOT EXISTS (SELECT 1 FROM batch b WHERE b.id = c.batch)'

/** Searched by, but not hashed. */
function isFaithful({ body, at, project, actor, action, trace }: Row): boolean {
  const event = JSON.parse(body) as AuditEvent
  const same = [event.at === at, event.project === project, event.actor === actor, event.action === action]
  return same.every(Boolean) && (event.trace ?? null) === trace
}
