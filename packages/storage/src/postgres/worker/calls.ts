import type { CallRecord } from '@gatehouse/contracts'
import type { CallSummary } from '@gatehouse/kernel'
import { limitOf, pageOf } from '../../rows/pages.ts'
import type { ReadsLater } from './context.ts'

interface Row {
  id: string
  line: string
}
const toRecord = ({ line }: Row): CallRecord => JSON.parse(line)

/** Calls and times are of what callers asked; tokens are of the model calls, whoever made them. */
const summary = `
SELECT $2::bigint + (at - $2) / $4::bigint * $4 AS at, count(*) FILTER (WHERE root) AS calls,
       count(*) FILTER (WHERE root AND "end" = 'failed') AS failed, count(*) FILTER (WHERE root AND "end" = 'blocked') AS blocked,
       count(*) FILTER (WHERE root AND "end" = 'complete' AND weak) AS refused,
       coalesce(sum(input_tokens) FILTER (WHERE operation <> 'app'), 0)::bigint AS "inputTokens",
       coalesce(sum(output_tokens) FILTER (WHERE operation <> 'app'), 0)::bigint AS "outputTokens",
       coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY duration) FILTER (WHERE root), 0) AS p50,
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY duration) FILTER (WHERE root), 0) AS p95
  FROM (SELECT *, parent IS NULL AND consumer <> 'ingest' AS root FROM call WHERE project = $1 AND at >= $2 AND at < $3) c
 GROUP BY 1 ORDER BY 1`

export const callReads = {
  'calls.get': async ({ database }, { project, id }) => {
    const row = await database.get<Row>('SELECT id, line FROM call WHERE id = $1 AND project = $2', [id, project])
    return row && toRecord(row)
  },
  'calls.children': async ({ database }, id) =>
    (await database.all<Row>('SELECT id, line FROM call WHERE parent = $1 ORDER BY id LIMIT 1000', [id])).map(toRecord),
  'calls.list': async ({ database }, query) => {
    const limit = limitOf(query.limit)
    const conditions: [sql: string, value: string | number | undefined][] = [
      ['project =', query.project],
      ['id <', query.after],
      ['at >=', query.from],
      ['at <', query.to],
      ['"end" =', query.end],
      ['consumer =', query.consumer],
      ['"user" =', query.user],
      ['target =', query.target],
      ['operation =', query.operation],
    ]
    const used = conditions.filter(([, value]) => value !== undefined)
    const where = [...used.map(([sql], at) => `${sql} $${at + 1}`), ...(query.roots ? [`parent IS NULL AND consumer <> 'ingest'`] : [])]
    const rows = await database.all<Row>(
      `SELECT id, line FROM call WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT $${used.length + 1}`,
      [...used.map(([, value]) => value), limit + 1],
    )
    return pageOf(rows, limit, toRecord, (row) => row.id)
  },
  'calls.summary': ({ database }, { project, from, to, step }) => database.all<CallSummary>(summary, [project, from, to, Math.floor(step)]),
} satisfies Partial<ReadsLater>
