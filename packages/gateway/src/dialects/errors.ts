import type { ErrorCode } from '@gatehouse/contracts'
import type { AppError } from '@gatehouse/kernel'
import type { Dialect } from '../paths.ts'

/** Our code in OpenAI's words, where it has one. */
const openaiCodes: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'invalid_api_key',
  quota_exceeded: 'rate_limit_exceeded',
  blocked: 'content_filter',
}
const anthropicTypes: Partial<Record<ErrorCode, string>> = {
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  not_found: 'not_found_error',
  too_large: 'request_too_large',
  quota_exceeded: 'rate_limit_error',
}

export const statusIn = (error: AppError): number => (typeof error.details.status === 'number' ? error.details.status : error.status)

/** A vendor's overload has a status of its own in Anthropic's dialect: clients wait longer for it. */
const isOverload = (error: AppError): boolean => error.code === 'overloaded' || error.details.upstream === 529
export const anthropicStatus = (error: AppError): number => (isOverload(error) ? 529 : statusIn(error))
export function anthropicError(error: AppError, trace: string | undefined) {
  const status = anthropicStatus(error)
  const plain = status === 504 ? 'timeout_error' : status < 500 ? 'invalid_request_error' : 'api_error'
  const type = isOverload(error) ? 'overloaded_error' : (anthropicTypes[error.code] ?? plain)
  return { type: 'error', error: { type, message: error.message }, ...(trace && { request_id: trace }) }
}
export const statusFor = (dialect: Dialect, error: AppError): number => (dialect === 'anthropic' ? anthropicStatus(error) : statusIn(error))

/** The body of an error, as the dialect has it. English: these bodies are read by programs and their makers. */
export function errorBody(dialect: Dialect, error: AppError, trace: string | undefined): string {
  const status = statusIn(error)
  if (dialect === 'anthropic') return JSON.stringify(anthropicError(error, trace))
  if (dialect === 'dashscope')
    return JSON.stringify({ code: error.details.cause ?? error.code, message: error.message, request_id: trace ?? '' })
  if (dialect === 'openai-chat') return JSON.stringify({ error: openaiError(error) })
  return JSON.stringify({ code: error.code, message: error.message, status })
}

export function openaiError(error: AppError): { message: string; type: string; param: string | null; code: string } {
  const { code, param } = error.details
  const type = error.code === 'quota_exceeded' ? 'rate_limit_error' : statusIn(error) < 500 ? 'invalid_request_error' : 'server_error'
  return {
    message: error.message,
    type,
    param: typeof param === 'string' ? param : null,
    code: typeof code === 'string' ? code : (openaiCodes[error.code] ?? error.code),
  }
}

/** Headers that belong to an error: when to come back, which methods there are. */
export function errorHeaders(error: AppError, now: number): string[] {
  const { retryAt, retryAfter, allow, cause } = error.details
  const headers: string[] = typeof cause === 'string' ? ['x-ca-error-message', cause] : [] // where Higress's clients look
  if (typeof retryAt === 'number') headers.push('retry-after', String(Math.max(1, Math.ceil((retryAt - now) / 1000))))
  else if (typeof retryAfter === 'string' && /^\d{1,5}$/.test(retryAfter)) headers.push('retry-after', retryAfter)
  if (Array.isArray(allow)) headers.push('allow', allow.join(', '))
  return headers
}
