import { existsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { CallRecord } from '@gatehouse/contracts'
import { merkleRoot } from '../../audit/merkle.ts'
import { type Advance, type Line, parseLine, readLines, wholeNumber } from '../../journal/lines.ts'
import type { Writing } from './context.ts'

/** One batch of the file; `again` while there is more. Runs in a transaction of its own. */
export function ingest(context: Writing, { file, upTo, fresh = false }: Advance): { again: boolean } {
  const path = join(context.directory, 'journal', file)
  const position = context.database.get<{ position: number }>('SELECT position FROM journal_file WHERE name = ?', file)?.position ?? 0
  if (position < upTo) {
    const { lines, bytes, damaged } = readLines(path, position, upTo, fresh ? factsIn : parseLine)
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

/** What the table has columns for. */
type Facts = Pick<
  CallRecord,
  'id' | 'project' | 'parent' | 'at' | 'consumer' | 'user' | 'target' | 'operation' | 'end' | 'status' | 'error' | 'duration' | 'usage'
>
/**
 * The facts of a line this process wrote: they stand in front of `layers`, and reading no further takes a third of the time.
 * Quotes inside a string are escaped, so the mark is never part of one. A line in another order is read whole.
 */
function factsIn(text: string): Facts | undefined {
  const at = text.indexOf(',"layers":')
  if (at < 0 || !text.endsWith('}') || laterFacts.some((name) => text.includes(name, at))) return parseLine(text)
  const facts: Facts | undefined = parseLine(`${text.slice(0, at)}}`)
  return facts?.duration === undefined ? parseLine(text) : facts
}
const laterFacts = [',"usage":', ',"error":', ',"user":', ',"parent":']

/** Calls, and their Merkle root in the chain, in one transaction. Known ids are left out: replaying changes nothing. */
function insertBatch(context: Writing, file: string, lines: readonly Line<Facts>[], damaged: number): void {
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
        wholeNumber(call.duration),
        wholeNumber(call.usage?.inputTokens),
        wholeNumber(call.usage?.outputTokens),
        batch,
        position,
        line,
      ],
    ) > 0
  )
}
