import type { CallRecord } from '@gatehouse/contracts'
import type { CallQuery, CallSummary } from '@gatehouse/kernel'
import { limitOf, pageOf } from '../../rows/pages.ts'
import type { Reading } from './context.ts'

interface Row {
  id: string
  line: string
}
const toRecord = ({ line }: Row): CallRecord => JSON.parse(line)

export const callReads = {
  'calls.get': (context: Reading, { project, id }: { project: string; id: string }): CallRecord | undefined => {
    const row = context.database.get<Row>('SELECT id, line FROM call WHERE id = ? AND project = ?', id, project)
    return row && toRecord(row)
  },
  'calls.children': (context: Reading, id: string): CallRecord[] =>
    context.database.all<Row>('SELECT id, line FROM call WHERE parent = ? ORDER BY id LIMIT 1000', id).map(toRecord),
  'calls.list': (context: Reading, query: CallQuery) => {
    const limit = limitOf(query.limit)
    const conditions: [sql: string, value: string | number | undefined][] = [
      ['id < ?', query.after],
      ['at >= ?', query.from],
      ['at < ?', query.to],
      ['"end" = ?', query.end],
      ['consumer = ?', query.consumer],
      ['user = ?', query.user],
      ['target = ?', query.target],
      ['operation = ?', query.operation],
    ]
    const used = conditions.filter((condition): condition is [string, string | number] => condition[1] !== undefined)
    const where = ['project = ?', ...used.map(([sql]) => sql), ...(query.roots ? [`parent IS NULL AND consumer <> 'ingest'`] : [])]
    const rows = context.database.all<Row>(
      `SELECT id, line FROM call WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT ?`,
      ...[query.project, ...used.map(([, value]) => value), limit + 1],
    )
    return pageOf(rows, limit, toRecord, (row) => row.id)
  },
  'calls.summary': (context: Reading, query: { project: string; from: number; to: number; step: number }): CallSummary[] =>
    summarise(context, query),
}

interface Facts {
  at: number
  /** Nobody outside asked it: another call made it, or the ingest. */
  inner: 0 | 1
  operation: string
  end: CallRecord['end']
  /** An app found nothing to answer from. */
  weak: 0 | 1
  duration: number
  input_tokens: number
  output_tokens: number
}
interface Bucket {
  calls: number
  failed: number
  blocked: number
  refused: number
  inputTokens: number
  outputTokens: number
  readonly durations: number[]
}

/** Calls and times are of what callers asked; tokens are of the model calls, whoever made them. */
function summarise(
  { database }: Reading,
  { project, from, to, step }: { project: string; from: number; to: number; step: number },
): CallSummary[] {
  const buckets = new Map<number, Bucket>()
  const rows = database.iterate<Facts>(
    `SELECT at, (parent IS NOT NULL OR consumer = 'ingest') AS inner, operation, "end", operation = 'app' AND instr(line, '"weak":true') > 0 AS weak, duration, input_tokens, output_tokens FROM call
      WHERE project = ? AND id >= ? AND id < ? AND at >= ? AND at < ?`,
    ...[project, firstId(from), firstId(to), from, to],
  )
  for (const row of rows) {
    const at = from + Math.floor((row.at - from) / step) * step
    const bucket = buckets.get(at) ?? { calls: 0, failed: 0, blocked: 0, refused: 0, inputTokens: 0, outputTokens: 0, durations: [] }
    buckets.set(at, bucket)
    addTo(bucket, row)
  }
  return [...buckets].sort(([a], [b]) => a - b).map(([at, { durations, ...sums }]) => ({ at, ...sums, ...percentiles(durations) }))
}

const lastTime = 2 ** 48 - 1
/** The beginning of all ids made at this time: they sort by time, so an index on it would say the same again for every call. */
function firstId(at: number): string {
  const time = Math.max(0, Math.min(lastTime, Math.floor(at)))
    .toString(16)
    .padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}`
}

function addTo(bucket: Bucket, row: Facts): void {
  if (row.operation !== 'app') {
    bucket.inputTokens += row.input_tokens
    bucket.outputTokens += row.output_tokens
  }
  if (row.inner) return
  bucket.calls++
  bucket.durations.push(row.duration)
  if (row.end === 'blocked') bucket.blocked++
  if (row.end === 'failed') bucket.failed++
  if (row.end === 'complete' && row.weak) bucket.refused++
}

function percentiles(durations: number[]): { p50: number; p95: number } {
  durations.sort((a, b) => a - b)
  const at = (share: number) => durations[Math.max(0, Math.ceil(durations.length * share) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95) }
}
