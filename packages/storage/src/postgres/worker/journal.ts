import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallRecord } from '@gatehouse/contracts'
import { merkleRoot } from '../../audit/merkle.ts'
import { type Advance, type Line, parseLine, readLines, wholeNumber } from '../../journal/lines.ts'
import type { Append } from './chain.ts'
import type { Writing } from './context.ts'
import type { Queries } from './database.ts'

/** Takes over what the journal file holds up to a place, batch by batch, each in a transaction of its own. */
export async function advance(context: Writing, { file, upTo, final }: Advance): Promise<void> {
  while (await takeBatch(context, file, upTo));
  if (!final) return
  await unlink(join(context.directory, 'journal', file)).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'ENOENT') throw thrown
  })
  await context.database.run('DELETE FROM journal_file WHERE name = $1', [file])
}

const takeBatch = ({ chain, directory, now }: Writing, file: string, upTo: number): Promise<boolean> =>
  chain.write(async (queries, append) => {
    const known = await queries.get<{ position: number }>('SELECT position FROM journal_file WHERE name = $1', [file])
    const position = known?.position ?? 0
    const { lines, damaged, bytes } = readLines(join(directory, 'journal', file), position, upTo, parseLine)
    if (bytes === 0) return false
    const system = { at: now, project: 'default', actor: 'system' }
    if (damaged > 0) await append({ ...system, action: 'journal.damaged', object: `journal/${file}`, details: { lines: damaged } })
    await insertBatch(queries, append, lines, system)
    await queries.run(
      'INSERT INTO journal_file(name, position) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET position = excluded.position',
      [file, position + bytes],
    )
    return true
  })

/** Calls, and their Merkle root in the chain. Known ids are left out: replaying changes nothing. */
async function insertBatch(
  queries: Queries,
  append: Append,
  lines: readonly Line[],
  system: { at: number; project: string; actor: string },
): Promise<void> {
  if (lines.length === 0) return
  const { id: batch } = (await queries.get<{ id: number }>("SELECT nextval('batch_id') AS id"))!
  const inserted = await insertCalls(queries, lines, batch)
  if (inserted.length === 0) return
  const texts = inserted.sort((a, b) => a - b).map((position) => lines[position]!.text)
  const details = { batch, calls: texts.length, root: merkleRoot(texts) }
  const { writer, sequence } = await append({ ...system, action: 'journal.bind', object: `batch/${batch}`, details })
  await queries.run('INSERT INTO batch(id, writer, sequence) VALUES ($1, $2, $3)', [batch, writer, sequence])
}

/** Positions of the lines that were new. */
async function insertCalls(queries: Queries, lines: readonly Line[], batch: number): Promise<number[]> {
  const column = <Value>(of: (line: Line) => Value) => lines.map(of)
  const rows = await queries.all<{ position: number }>(
    `INSERT INTO call(batch, position, id, project, parent, at, consumer, "user", target, operation, "end", status, error, duration,
       input_tokens, output_tokens, weak, line)
     SELECT $1, ordinality - 1, id, project, parent, at, consumer, "user", target, operation, "end", status, error, duration, input, output, weak, line
       FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[],
         $12::text[], $13::bigint[], $14::bigint[], $15::bigint[], $16::boolean[], $17::text[]) WITH ORDINALITY
         l(id, project, parent, at, consumer, "user", target, operation, "end", status, error, duration, input, output, weak, line, ordinality)
     ON CONFLICT (id) DO NOTHING RETURNING position`,
    [
      ...[
        batch,
        column(({ record: call }) => call.id),
        column(({ record: call }) => call.project),
        column(({ record: call }) => call.parent ?? null),
      ],
      ...[
        column(({ record: call }) => call.at),
        column(({ record: call }) => call.consumer),
        column(({ record: call }) => call.user ?? null),
      ],
      ...[column(({ record: call }) => call.target), column(({ record: call }) => call.operation), column(({ record: call }) => call.end)],
      ...[
        column(({ record: call }) => call.status),
        column(({ record: call }) => call.error?.code ?? null),
        column(({ record: call }) => wholeNumber(call.duration)),
      ],
      ...[
        column(({ record: call }) => wholeNumber(call.usage?.inputTokens)),
        column(({ record: call }) => wholeNumber(call.usage?.outputTokens)),
      ],
      ...[column(({ record: call }) => isWeak(call)), column(({ text }) => text)],
    ],
  )
  return rows.map(({ position }) => position)
}

/** An app found nothing to answer from. */
const isWeak = ({ operation, retrieval }: CallRecord) => operation === 'app' && (retrieval ?? []).some(({ weak }) => weak)
