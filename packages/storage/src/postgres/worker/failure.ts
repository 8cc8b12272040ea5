import { type PlainFailure, toPlain as plain } from '../../threads/failure.ts'

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOENT',
])
const taken = '23505'
const orphaned = '23503'

/** SQLSTATEs as codes of the one table. What the database says may hold what people wrote: only its number goes on. */
export function toPlain(thrown: unknown): PlainFailure {
  const { code, message = '' } = thrown as { code?: string; message?: string }
  const failure = (kind: PlainFailure['code'], text: string): PlainFailure => ({ code: kind, message: text, details: {} })
  if (code === '53100') return failure('overloaded', 'the disk of the database is full')
  if (code === taken) return failure('conflict', 'another change made the same thing just now: load it again')
  if (code === orphaned) return failure('conflict', 'what this belongs to was removed just now')
  if (code === '28P01' || code === '28000' || message.startsWith('SASL'))
    return failure('unauthorized', 'the database refuses this user or password')
  if (code === '3D000') return failure('invalid_request', 'there is no such database: make it first')
  if (isUnreachable(code, message))
    return failure('overloaded', 'the database cannot be reached: is it running, and are its host and port right?')
  if (isUntrusted(code, message))
    return failure('invalid_request', 'the encrypted connection to the database fails: check sslmode and the certificate it should trust')
  if (isState(code)) return failure('internal', `the database refused a statement (SQLSTATE ${code})`)
  return plain(thrown)
}

const isState = (code: string | undefined): code is string => code !== undefined && /^[0-9A-Z]{5}$/.test(code)

/** Connection, resource and shutdown classes, and what the client itself says. */
const isUnreachable = (code: string | undefined, message: string) =>
  (isState(code) && /^(08|53|57P)/.test(code)) ||
  unreachable.has(code ?? '') ||
  /^(Connection terminated|timeout exceeded|Client has encountered a connection error|Query read timeout)/i.test(message)

const isUntrusted = (code: string | undefined, message: string) =>
  /CERT|ERR_TLS|ERR_SSL/.test(code ?? '') || /does not support SSL|wrong version number/.test(message)
