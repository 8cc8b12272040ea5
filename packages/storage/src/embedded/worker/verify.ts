import { verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { AuditHead, AuditReport, CallRecord } from '@gatehouse/contracts'
import { firstPrevious, hashOf, signedText } from './audit-chain.ts'
import type { Reading } from './context.ts'
import type { Database } from './database.ts'
import { publicKeyFrom } from './keys.ts'
import { merkleRoot } from './merkle.ts'

type Problem = AuditReport['problems'][number]
interface Row {
  writer: string
  sequence: number
  previous: string
  hash: string
  body: string
}
interface Bound {
  readonly batch: number
  readonly calls: number
  readonly root: string
}

const mostProblems = 1000

export const verifyReads = {
  'audit.verify': ({ database, keys, headsFile }: Reading): AuditReport => verifyStore(database, keys.publicKey, headsFile),
}

/** Heads are read first: whatever they speak of was committed before. */
export function verifyStore(database: Database, publicKey: string, headsFile: string): AuditReport {
  const problems: Problem[] = []
  const report = (writer: string, sequence: number, kind: Problem['kind'], message: string) => {
    if (problems.length < mostProblems) problems.push({ writer, sequence, kind, message })
  }
  const heads = readHeads(database, headsFile, publicKey, report)
  const writers = database.all<{ writer: string }>('SELECT DISTINCT writer FROM audit').map(({ writer }) => writer)
  const batches: (Bound & { writer: string; sequence: number })[] = []
  const chains = [...new Set([...writers, ...heads.keys()])].sort().map((writer) => {
    const known = problems.length
    const own = heads.get(writer) ?? []
    const records = walk(database, writer, own, report, (bound, sequence) => batches.push({ ...bound, writer, sequence }))
    return {
      writer,
      records,
      heads: own.length,
      intact: problems.length === known && !problems.some((problem) => problem.writer === writer),
    }
  })
  for (const { writer, sequence, ...bound } of batches) {
    const message = checkBatch(database, bound)
    if (message) report(writer, sequence, 'batch', message)
  }
  const unbound =
    database.get<{ calls: number }>('SELECT count(*) AS calls FROM call WHERE batch NOT IN (SELECT id FROM batch)')?.calls ?? 0
  if (unbound > 0) report('', 0, 'batch', `${unbound} calls belong to no batch of the chain`)
  return { intact: problems.length === 0, chains, batches: batches.length, problems }
}

type Report = (writer: string, sequence: number, kind: Problem['kind'], message: string) => void

/** By writer, in order. Those that were exported and those the store has. */
function readHeads(database: Database, file: string, publicKey: string, report: Report): Map<string, AuditHead[]> {
  const heads = new Map<string, AuditHead[]>()
  const key = publicKeyFrom(publicKey)
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const exported = new Set(lines)
  const stored = database.all<{ body: string }>('SELECT body FROM audit_head').map(({ body }) => body)
  for (const line of [...lines, ...stored.filter((body) => !exported.has(body))]) {
    if (line.trim() === '') continue
    const head = parseHead(line)
    if (!head) report('', 0, 'head', 'an exported head cannot be read')
    else if (head.key !== publicKey || !verify(null, signedText(head), key, Buffer.from(head.signature, 'base64')))
      report(head.writer, head.sequence, 'head', 'a head is not signed with the key of this store')
    else heads.set(head.writer, [...(heads.get(head.writer) ?? []), head])
  }
  for (const own of heads.values()) own.sort((a, b) => a.sequence - b.sequence)
  return heads
}

function parseHead(line: string): AuditHead | undefined {
  try {
    const head = JSON.parse(line) as AuditHead
    return typeof head.writer === 'string' && typeof head.sequence === 'number' && typeof head.signature === 'string' ? head : undefined
  } catch {
    return undefined
  }
}

/** Follows one chain and returns how many records it has. */
function walk(
  database: Database,
  writer: string,
  heads: readonly AuditHead[],
  report: Report,
  bound: (bound: Bound, sequence: number) => void,
): number {
  let sequence = 0
  let hash = firstPrevious
  let records = 0
  let head = 0
  for (const row of database.iterate<Row>(
    'SELECT writer, sequence, previous, hash, body FROM audit WHERE writer = ? ORDER BY sequence',
    writer,
  )) {
    records++
    if (row.sequence !== sequence + 1) report(writer, sequence + 1, 'gap', `records ${sequence + 1} to ${row.sequence - 1} are missing`)
    else if (row.previous !== hash) report(writer, row.sequence, 'fork', 'the record does not follow the one before')
    if (!isGenuine(row)) report(writer, row.sequence, 'edit', 'the record was changed')
    sequence = row.sequence
    hash = row.hash
    for (; heads[head] && heads[head]!.sequence <= sequence; head++)
      if (heads[head]!.sequence === sequence && heads[head]!.hash !== hash)
        report(writer, sequence, 'fork', 'a signed head says another hash: the chain was written anew')
    const batch = boundIn(row.body)
    if (batch) bound(batch, row.sequence)
  }
  const last = heads.at(-1)
  if (last && last.sequence > sequence)
    report(writer, last.sequence, 'truncation', `a signed head names record ${last.sequence}, the chain ends at ${sequence}`)
  return records
}

/** The hash fits the text, and the text names its own place. */
function isGenuine({ writer, sequence, previous, hash, body }: Row): boolean {
  if (hashOf(previous, body) !== hash) return false
  const inside = JSON.parse(body) as { writer?: string; sequence?: number }
  return inside.writer === writer && inside.sequence === sequence
}

function boundIn(body: string): Bound | undefined {
  if (!body.includes('"journal.bind"')) return undefined
  try {
    const { action, details } = JSON.parse(body) as { action: string; details?: Bound }
    return action === 'journal.bind' && typeof details?.root === 'string' ? details : undefined
  } catch {
    return undefined // reported as an edit already
  }
}

interface CallRow {
  id: string
  project: string
  at: number
  consumer: string
  user: string | null
  target: string
  end: string
  status: number
  line: string
}

/** What is wrong with the calls behind a root, or undefined. */
function checkBatch(database: Database, { batch, calls, root }: Bound): string | undefined {
  const rows = database.all<CallRow>(
    'SELECT id, project, at, consumer, user, target, "end", status, line FROM call WHERE batch = ? ORDER BY position',
    batch,
  )
  if (rows.length !== calls) return `batch ${batch} was bound with ${calls} calls, the store has ${rows.length}`
  if (merkleRoot(rows.map(({ line }) => line)) !== root) return `a call of batch ${batch} was changed`
  if (!rows.every(isFaithful)) return `the columns of a call of batch ${batch} do not say what its record says`
  return undefined
}

function isFaithful(row: CallRow): boolean {
  const call = JSON.parse(row.line) as CallRecord
  const { id, project, at, consumer, target, end, status } = call
  const same = [row.id === id, row.project === project, row.at === at, row.consumer === consumer, row.user === (call.user ?? null)]
  return same.every(Boolean) && row.target === target && row.end === end && row.status === status
}
