import { AppError } from '@gatehouse/kernel'
import { parseLine } from '../journal/lines.ts'
import type { Row } from './tables.ts'

/** All columns of a call, from what its line says. */
export function callOf({ batch, position, line }: Row): Row {
  const call = parseLine(String(line))
  if (!call)
    throw new AppError('conflict', `the record of a call of batch ${String(batch)} cannot be read: the store was damaged before the backup`)
  return {
    ...{ batch: batch ?? null, position: position ?? null, line: String(line) },
    ...{ id: call.id, project: call.project, parent: call.parent ?? null, at: call.at, consumer: call.consumer, user: call.user ?? null },
    ...{ target: call.target, operation: call.operation, end: call.end, status: call.status, error: call.error?.code ?? null },
    ...{ duration: Math.round(call.duration), input_tokens: call.usage?.inputTokens ?? 0, output_tokens: call.usage?.outputTokens ?? 0 },
    weak: call.operation === 'app' && (call.retrieval ?? []).some(({ weak }) => weak),
  }
}
