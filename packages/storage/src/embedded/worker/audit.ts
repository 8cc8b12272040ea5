import type { AuditEvent, AuditHead, AuditRecord } from '@gatehouse/contracts'
import { exportHeads } from '../../audit/heads.ts'
import { type ChainEnd, signHead as signed } from '../../audit/links.ts'
import { type AuditRow, toAuditRecord } from '../../rows/audit-rows.ts'
import { limitOf, pageOf } from '../../rows/pages.ts'
import type { Reading, Writing } from './context.ts'

export interface AuditQuery {
  readonly project?: string
  readonly after?: string
  readonly limit?: number
  readonly action?: string
  readonly actor?: string
  /** Records that name this call, and the one that binds its batch. */
  readonly trace?: string
}

export const auditReads = {
  'audit.list': (context: Reading, query: AuditQuery) => {
    const limit = limitOf(query.limit)
    if (query.trace !== undefined) return { items: ofTrace(context, query.trace, limit) }
    const [at = Number.MAX_SAFE_INTEGER, writer = '', sequence = 0] = query.after?.split('/') ?? []
    const rows = context.database.all<AuditRow>(
      `SELECT writer, sequence, previous, hash, body, at FROM audit
        WHERE (at, writer, sequence) < (?, ?, ?) AND (?4 IS NULL OR project = ?4) AND (?5 IS NULL OR actor = ?5)
          AND (?6 IS NULL OR action = ?6 OR (substr(?6, -1) = '.' AND substr(action, 1, length(?6)) = ?6))
        ORDER BY at DESC, writer DESC, sequence DESC LIMIT ?7`,
      ...[Number(at), writer, Number(sequence), query.project ?? null, query.actor ?? null, query.action ?? null, limit + 1],
    )
    return pageOf(rows, limit, toAuditRecord, (row) => `${row.at}/${row.writer}/${row.sequence}`)
  },
}

/** Few: so all of them, newest first, whatever else the query says but the limit. */
const ofTrace = ({ database }: Reading, trace: string, limit: number): AuditRecord[] =>
  database
    .all<AuditRow>(
      `WITH wanted(writer, sequence) AS (
         SELECT writer, sequence FROM audit WHERE trace = ?1
         UNION SELECT b.writer, b.sequence FROM call c JOIN batch b ON b.id = c.batch WHERE c.id = ?1)
       SELECT a.writer, a.sequence, a.previous, a.hash, a.body, a.at FROM wanted JOIN audit a USING (writer, sequence)
        ORDER BY a.at DESC, a.writer DESC, a.sequence DESC LIMIT ?2`,
      trace,
      limit,
    )
    .map(toAuditRecord)

export const auditWrites = {
  'audit.append': (context: Writing, event: AuditEvent): AuditRecord => context.chain.append(event),
}

interface End extends ChainEnd {
  readonly writer: string
}

/** Signs and exports the end of this writer's chain when it went on. Only after a commit: a head speaks of what is kept. */
export function signHead(context: Writing): AuditHead | undefined {
  const { database, chain } = context
  const last = database.get<{ body: string }>('SELECT body FROM audit_head WHERE writer = ? ORDER BY sequence DESC LIMIT 1', chain.writer)
  const head = last && (JSON.parse(last.body) as AuditHead)
  if (chain.state.sequence === (head?.sequence ?? 0)) return head
  return signEnds(context, [{ writer: chain.writer, ...chain.state }])[0]
}

/** At start: the chains of writers that died between two heads. */
export function signOrphans(context: Writing): void {
  const ends = context.database.all<End>(
    `SELECT writer, max(sequence) AS sequence, hash FROM audit GROUP BY writer
     HAVING max(sequence) > coalesce((SELECT max(h.sequence) FROM audit_head h WHERE h.writer = audit.writer), 0)`,
  )
  if (ends.length > 0) signEnds(context, ends)
}

function signEnds({ database, keys, headsFile, now }: Writing, ends: readonly End[]): AuditHead[] {
  const heads = ends.map((end) => signed(keys, { ...end, at: now }))
  // exported first: a head that only the store has proves nothing
  exportHeads(headsFile, heads)
  for (const head of heads)
    database.run(
      'INSERT OR REPLACE INTO audit_head(writer, sequence, body) VALUES (?, ?, ?)',
      head.writer,
      head.sequence,
      JSON.stringify(head),
    )
  return heads
}
