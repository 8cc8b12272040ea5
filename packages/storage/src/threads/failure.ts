import type { ErrorCode } from '@gatehouse/contracts'

/** What a worker throws on purpose; crosses the port as plain data and becomes an `AppError` on the other side. */
export class Failure extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

export interface PlainFailure {
  readonly code: ErrorCode
  readonly message: string
  readonly details: Record<string, unknown>
  readonly stack?: string
}

const full = 13
const busy = 5
const locked = 6

/** SQLite's own numbers as codes of the one table; anything unknown is ours. */
export function toPlain(thrown: unknown): PlainFailure {
  if (thrown instanceof Failure) return { code: thrown.code, message: thrown.message, details: thrown.details }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { errcode, code } = error as { errcode?: number; code?: string }
  const kind = (errcode ?? 0) & 0xff
  const stack = error.stack === undefined ? {} : { stack: error.stack }
  if (kind === full || code === 'ENOSPC') return { code: 'overloaded', message: 'the disk of the store is full', details: {}, ...stack }
  if (kind === busy || kind === locked)
    return { code: 'conflict', message: 'the store is locked by another process', details: {}, ...stack }
  return { code: 'internal', message: `the store failed: ${error.message}`, details: {}, ...stack }
}
