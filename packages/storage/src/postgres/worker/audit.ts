import type { AuditHead } from '@gatehouse/contracts'
import { exportHeads } from '../../audit/heads.ts'
import { signHead as signed } from '../../audit/links.ts'
import { type AuditRow, toAuditRecord } from '../../rows/audit-rows.ts'
import { limitOf, pageOf } from '../../rows/pages.ts'
import type { Reading, ReadsLater, WritesLater, Writing } from './context.ts'

export const auditReads = {
  'audit.list': async (context, query) => {
    const limit = limitOf(query.limit)
    if (query.trace !== undefined) return { items: (await ofTrace(context, query.trace, limit)).map(toAuditRecord) }
    const [at = Number.MAX_SAFE_INTEGER, writer = '', sequence = 0] = query.after?.split('/') ?? []
    const rows = await context.database.all<AuditRow>(
      `SELECT writer, sequence, previous, hash, body, at FROM audit
        WHERE (at, writer, sequence) < ($1, $2, $3) AND ($4::text IS NULL OR project = $4) AND ($5::text IS NULL OR actor = $5)
          AND ($6::text IS NULL OR action = $6 OR (right($6, 1) = '.' AND starts_with(action, $6)))
        ORDER BY at DESC, writer DESC, sequence DESC LIMIT $7`,
      [Number(at) || 0, writer, Number(sequence) || 0, query.project ?? null, query.actor ?? null, query.action ?? null, limit + 1],
    )
    return pageOf(rows, limit, toAuditRecord, (row) => `${row.at}/${row.writer}/${row.sequence}`)
  },
} satisfies Partial<ReadsLater>

/** Few: so all of them, newest first, whatever else the query says but the limit. */
const ofTrace = ({ database }: Reading, trace: string, limit: number): Promise<AuditRow[]> =>
  database.all<AuditRow>(
    `WITH wanted(writer, sequence) AS (
       SELECT writer, sequence FROM audit WHERE trace = $1
       UNION SELECT b.writer, b.sequence FROM call c JOIN batch b ON b.id = c.batch WHERE c.id = $1)
     SELECT a.writer, a.sequence, a.previous, a.hash, a.body, a.at FROM wanted JOIN audit a USING (writer, sequence)
      ORDER BY a.at DESC, a.writer DESC, a.sequence DESC LIMIT $2`,
    [trace, limit],
  )

export const auditWrites = {
  'audit.append': ({ chain }, event) => chain.write((_, append) => append(event)),
} satisfies Partial<WritesLater>

interface End {
  readonly writer: string
  readonly sequence: number
  readonly hash: string
}

/** Signs and exports the end of this writer's chain when it went on. */
export async function signHead(context: Writing): Promise<AuditHead | undefined> {
  const { writer } = context.chain
  const end = await context.chain.end()
  const last = await context.database.get<{ body: string }>(
    'SELECT body FROM audit_head WHERE writer = $1 ORDER BY sequence DESC LIMIT 1',
    [writer],
  )
  const head = last && (JSON.parse(last.body) as AuditHead)
  if (end.sequence === (head?.sequence ?? 0)) return head
  return (await signEnds(context, [{ writer, ...end }]))[0]
}

/** At start: the chains of writers that died between two heads. A chain still written to is only signed earlier than by its own process. */
export async function signOrphans(context: Writing): Promise<void> {
  const ends = await context.database.all<End>(
    `SELECT DISTINCT ON (a.writer) a.writer, a.sequence, a.hash FROM audit a
      WHERE a.sequence > coalesce((SELECT max(h.sequence) FROM audit_head h WHERE h.writer = a.writer), 0) ORDER BY a.writer, a.sequence DESC`,
  )
  if (ends.length > 0) await signEnds(context, ends)
}

async function signEnds({ database, keys, headsFile, now }: Writing, ends: readonly End[]): Promise<AuditHead[]> {
  const heads = ends.map((end) => signed(keys, { ...end, at: now }))
  // exported first: a head that only the store has proves nothing
  exportHeads(headsFile, heads)
  await database.run(
    `INSERT INTO audit_head(writer, sequence, body) SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])
     ON CONFLICT (writer, sequence) DO UPDATE SET body = excluded.body`,
    [heads.map(({ writer }) => writer), heads.map(({ sequence }) => sequence), heads.map((head) => JSON.stringify(head))],
  )
  return heads
}
