import { type AppError, toAppError } from '@gatehouse/kernel'

/** Dify's envelope: code, message, status. */
export interface DifyError {
  readonly code: string
  readonly message: string
  readonly status: number
  readonly params?: string
}

/** Thrown where the contract has a code of its own for what happened. */
export class DifyRefusal extends Error {
  readonly error: DifyError
  constructor(status: number, code: string, message: string, params?: string) {
    super(message)
    this.error = { code, message, status, ...(params !== undefined && { params }) }
  }
}

export const notFound = (what: 'Dataset' | 'Document' | 'Documents' | 'Segment') => new DifyRefusal(404, 'not_found', `${what} not found.`)
export const invalid = (message: string, field?: string) => new DifyRefusal(400, 'invalid_param', message, field)

/** This dialect's column of the error table. */
const columns: Partial<Record<AppError['code'], readonly [status: number, code: string]>> = {
  invalid_request: [400, 'invalid_param'],
  unauthorized: [401, 'unauthorized'],
  blocked: [400, 'invalid_param'],
  forbidden: [403, 'forbidden'],
  not_found: [404, 'not_found'],
  method_not_allowed: [405, 'method_not_allowed'],
  conflict: [409, 'dataset_in_use'],
  too_large: [413, 'file_too_large'],
  unsupported: [415, 'unsupported_file_type'],
  quota_exceeded: [429, 'too_many_requests'],
  overloaded: [503, 'service_unavailable'],
  timeout: [504, 'timeout'],
}

export function toDifyError(thrown: unknown): DifyError {
  if (thrown instanceof DifyRefusal) return thrown.error
  const { code, message } = toAppError(thrown)
  const [status, name] = columns[code] ?? [500, 'internal_server_error']
  return { code: name, message: sentence(message), status }
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?。]$/.test(text) ? '' : '.'}`
