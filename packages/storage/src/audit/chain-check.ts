import { verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { AuditHead, AuditReport, CallRecord } from '@gatehouse/contracts'
import { publicKeyFrom } from '../keys/keys.ts'
import { firstPrevious, hashOf, signedText } from './links.ts'
import { merkleRoot } from './merkle.ts'

// What makes chains, heads and batches trustworthy, whichever database keeps them.

type Problem = AuditReport['problems'][number]
export interface ChainRow {
  writer: string
  sequence: number
  previous: string
  hash: string
  body: string
}
/** What a record of the chain says about a batch of calls. */
interface Bound {
  readonly batch: number
  readonly calls: number
  readonly root: string
}
interface BoundAt extends Bound {
  readonly writer: string
  readonly sequence: number
}

const mostProblems = 1000

/** What a verification has found so far. */
export class Findings {
  readonly problems: Problem[] = []
  readonly batches: BoundAt[] = []
  readonly #chains: AuditReport['chains'][number][] = []

  report(writer: string, sequence: number, kind: Problem['kind'], message: string): void {
    if (this.problems.length < mostProblems) this.problems.push({ writer, sequence, kind, message })
  }

  chain(writer: string, records: number, heads: number): void {
    this.#chains.push({ writer, records, heads, intact: !this.problems.some((problem) => problem.writer === writer) })
  }

  /** `rows`: the calls of the batch, in order. */
  batch({ writer, sequence, ...bound }: BoundAt, rows: readonly BoundCall[]): void {
    const message = problemOf(bound, rows)
    if (message) this.report(writer, sequence, 'batch', message)
  }

  unbound(calls: number): void {
    if (calls > 0) this.report('', 0, 'batch', `${calls} calls belong to no batch of the chain`)
  }

  toReport(): AuditReport {
    const { problems, batches } = this
    return { intact: problems.length === 0, chains: this.#chains, batches: batches.length, problems }
  }
}

/** By writer, in order. Those that were exported and those the store has. */
export function readHeads(file: string, stored: readonly string[], publicKey: string, findings: Findings): Map<string, AuditHead[]> {
  const heads = new Map<string, AuditHead[]>()
  const key = publicKeyFrom(publicKey)
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const exported = new Set(lines)
  for (const line of [...lines, ...stored.filter((body) => !exported.has(body))]) {
    if (line.trim() === '') continue
    const head = parseHead(line)
    if (!head) findings.report('', 0, 'head', 'an exported head cannot be read')
    else if (head.key !== publicKey || !verify(null, signedText(head), key, Buffer.from(head.signature, 'base64')))
      findings.report(head.writer, head.sequence, 'head', 'a head is not signed with the key of this store')
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

/** Follows one chain, record by record. */
export class ChainWalk {
  readonly #writer: string
  readonly #heads: readonly AuditHead[]
  readonly #findings: Findings
  #sequence = 0
  #hash = firstPrevious
  #records = 0
  #head = 0

  constructor(writer: string, heads: readonly AuditHead[], findings: Findings) {
    this.#writer = writer
    this.#heads = heads
    this.#findings = findings
  }

  next(row: ChainRow): void {
    const report = this.#report
    this.#records++
    if (row.sequence !== this.#sequence + 1)
      report(this.#sequence + 1, 'gap', `records ${this.#sequence + 1} to ${row.sequence - 1} are missing`)
    else if (row.previous !== this.#hash) report(row.sequence, 'fork', 'the record does not follow the one before')
    if (!isGenuine(row)) report(row.sequence, 'edit', 'the record was changed')
    this.#sequence = row.sequence
    this.#hash = row.hash
    for (let head = this.#heads[this.#head]; head && head.sequence <= row.sequence; head = this.#heads[++this.#head])
      if (head.sequence === row.sequence && head.hash !== row.hash)
        report(row.sequence, 'fork', 'a signed head says another hash: the chain was written anew')
    const bound = boundIn(row.body)
    if (bound) this.#findings.batches.push({ ...bound, writer: this.#writer, sequence: row.sequence })
  }

  end(): void {
    const last = this.#heads.at(-1)
    if (last && last.sequence > this.#sequence)
      this.#report(last.sequence, 'truncation', `a signed head names record ${last.sequence}, the chain ends at ${this.#sequence}`)
    this.#findings.chain(this.#writer, this.#records, this.#heads.length)
  }

  #report = (sequence: number, kind: Problem['kind'], message: string) => this.#findings.report(this.#writer, sequence, kind, message)
}

/** The hash fits the text, and the text names its own place. */
function isGenuine({ writer, sequence, previous, hash, body }: ChainRow): boolean {
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

export interface BoundCall {
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
function problemOf({ batch, calls, root }: Bound, rows: readonly BoundCall[]): string | undefined {
  if (rows.length !== calls) return `batch ${batch} was bound with ${calls} calls, the store has ${rows.length}`
  if (merkleRoot(rows.map(({ line }) => line)) !== root) return `a call of batch ${batch} was changed`
  if (!rows.every(isFaithful)) return `the columns of a call of batch ${batch} do not say what its record says`
  return undefined
}

function isFaithful(row: BoundCall): boolean {
  const call = JSON.parse(row.line) as CallRecord
  const { id, project, at, consumer, target, end, status } = call
  const same = [row.id === id, row.project === project, row.at === at, row.consumer === consumer, row.user === (call.user ?? null)]
  return same.every(Boolean) && row.target === target && row.end === end && row.status === status
}
