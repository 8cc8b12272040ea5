import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { CallRecord } from '@gatehouse/contracts'
import type { Writing } from './context.ts'
import { merkleRoot } from './merkle.ts'

const mostBytes = 1 << 20
const mostLines = 1000

export interface Advance {
  readonly file: string
  /** Bytes known to be on disk. */
  readonly upTo: number
  /** Nothing more will be written to it. */
  readonly final: boolean
  /** Written by this process a moment ago, not left by one that died. */
  readonly fresh?: boolean
}

/** One batch of the file; `again` while there is more. Runs in a transaction of its own. */
export function ingest(context: Writing, { file, upTo, fresh = false }: Advance): { again: boolean } {
  const path = join(context.directory, 'journal', file)
  const position = context.database.get<{ position: number }>('SELECT position FROM journal_file WHERE name = ?', file)?.position ?? 0
  if (position < upTo) {
    const { lines, bytes, damaged } = readLines(path, position, upTo, fresh ? factsIn : parse)
    if (bytes > 0) {
      insertBatch(context, file, lines, damaged)
      context.database.run('INSERT OR REPLACE INTO journal_file(name, position) VALUES (?, ?)', file, position + bytes)
      return { again: true }
    }
  }
  return { again: false }
}

/** After the last batch was committed. */
export function finish({ database, directory }: Writing, { file }: Advance): void {
  const path = join(directory, 'journal', file)
  if (existsSync(path)) unlinkSync(path)
  database.run('DELETE FROM journal_file WHERE name = ?', file)
}

/** Files of processes that died: the lock says that no other process lives. */
export function leftOver(directory: string): Advance[] {
  const folder = join(directory, 'journal')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((file) => {
      const handle = openSync(join(folder, file), 'r')
      try {
        return { file, upTo: fstatSync(handle).size, final: true }
      } finally {
        closeSync(handle)
      }
    })
}

/** What the table has columns for. */
type Facts = Pick<
  CallRecord,
  'id' | 'project' | 'parent' | 'at' | 'consumer' | 'user' | 'target' | 'operation' | 'end' | 'status' | 'error' | 'duration' | 'usage'
>
interface Line {
  readonly text: string
  readonly record: Facts
}
type Read = (text: string) => Facts | undefined

/** Whole lines from `position`; a torn last line was never acknowledged and is left. */
function readLines(path: string, position: number, upTo: number, read: Read): { lines: Line[]; bytes: number; damaged: number } {
  const handle = openSync(path, 'r')
  try {
    let size = Math.min(mostBytes, upTo - position)
    for (;;) {
      const bytes = Buffer.allocUnsafe(size)
      const count = readSync(handle, bytes, 0, size, position)
      const found = splitLines(bytes.subarray(0, count), read)
      // one line longer than the buffer: read further
      if (found.bytes === 0 && position + size < upTo) size = Math.min(size * 2, upTo - position)
      else return found
    }
  } finally {
    closeSync(handle)
  }
}

function splitLines(bytes: Buffer, read: Read): { lines: Line[]; bytes: number; damaged: number } {
  const lines: Line[] = []
  let damaged = 0
  let start = 0
  while (lines.length < mostLines) {
    const end = bytes.indexOf(10, start)
    if (end < 0) break
    const text = bytes.toString('utf8', start, end)
    start = end + 1
    if (isBlank(text)) continue
    const record = read(text)
    if (record) lines.push({ text, record })
    else damaged++
  }
  return { lines, bytes: start, damaged }
}

const isBlank = (text: string) => text.charCodeAt(0) !== openBrace && text.trim() === ''
const openBrace = 123

/**
 * The facts of a line this process wrote: they stand in front of `layers`, and reading no further takes a third of the time.
 * Quotes inside a string are escaped, so the mark is never part of one. A line in another order is read whole.
 */
function factsIn(text: string): Facts | undefined {
  const at = text.indexOf(',"layers":')
  if (at < 0 || !text.endsWith('}') || laterFacts.some((name) => text.includes(name, at))) return parse(text)
  const facts = parse(`${text.slice(0, at)}}`)
  return facts?.duration === undefined ? parse(text) : facts
}
const laterFacts = [',"usage":', ',"error":', ',"user":', ',"parent":']

function parse(text: string): Facts | undefined {
  try {
    const value = JSON.parse(text) as Facts
    return typeof value.id === 'string' && typeof value.at === 'number' ? value : undefined
  } catch {
    return undefined
  }
}

/** Calls, and their Merkle root in the chain, in one transaction. Known ids are left out: replaying changes nothing. */
function insertBatch(context: Writing, file: string, lines: readonly Line[], damaged: number): void {
  const { database, chain, now } = context
  if (damaged > 0)
    chain.append({
      at: now,
      project: 'default',
      actor: 'system',
      action: 'journal.damaged',
      object: `journal/${file}`,
      details: { lines: damaged },
    })
  const batch = (database.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'batch'")?.seq ?? 0) + 1
  const inserted: string[] = []
  for (const { text, record } of lines) if (insertCall(context, record, text, batch, inserted.length)) inserted.push(text)
  if (inserted.length === 0) return
  const { writer, sequence } = chain.append({
    ...{ at: now, project: 'default', actor: 'system', action: 'journal.bind', object: `batch/${batch}` },
    details: { batch, calls: inserted.length, root: merkleRoot(inserted) },
  })
  database.run('INSERT INTO batch(id, writer, sequence) VALUES (?, ?, ?)', batch, writer, sequence)
}

function insertCall({ database }: Writing, call: Facts, line: string, batch: number, position: number): boolean {
  return (
    database.run(
      `INSERT OR IGNORE INTO call(id, project, parent, at, consumer, user, target, operation, "end", status, error, duration, input_tokens, output_tokens,
         batch, position, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[
        call.id,
        call.project,
        call.parent ?? null,
        call.at,
        call.consumer,
        call.user ?? null,
        call.target,
        call.operation,
        call.end,
        call.status,
      ],
      ...[
        call.error?.code ?? null,
        Math.round(call.duration),
        call.usage?.inputTokens ?? 0,
        call.usage?.outputTokens ?? 0,
        batch,
        position,
        line,
      ],
    ) > 0
  )
}
