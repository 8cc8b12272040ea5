import type { ErrorCode } from '@gatehouse/contracts'

/** Every refusal and failure of a call. `code` is of the one table, or `network` when there was no answer. */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError'
  readonly code: ErrorCode | 'network'
  /** 0 when there was no answer. */
  readonly status: number
  readonly details: Readonly<Record<string, unknown>>
  /** The id under which the server knows the request. */
  readonly trace: string | undefined

  constructor(
    code: ErrorCode | 'network',
    message: string,
    rest: { status: number; details?: Record<string, unknown>; trace?: string; cause?: unknown },
  ) {
    super(message, rest.cause === undefined ? undefined : { cause: rest.cause })
    this.code = code
    this.status = rest.status
    this.details = rest.details ?? {}
    this.trace = rest.trace
  }
}

interface ErrorBody {
  readonly code?: unknown
  readonly message?: unknown
  readonly details?: Record<string, unknown>
  readonly trace?: string
}

/** Reads what a failed reply says: the admin API's body, or one with `error` around it, as the chat API and OpenAI have it. */
export async function errorOf(response: Response): Promise<GatehouseError> {
  const { status } = response
  const text = await response.text().catch(() => '')
  const body = parse(text)
  const told: ErrorBody = isObject(body?.error) ? body.error : (body ?? {})
  const code = typeof told.code === 'string' ? (told.code as ErrorCode) : codeOf(status) // the server's own table
  const message = typeof told.message === 'string' ? told.message : `the server answered ${status}`
  const trace = told.trace ?? response.headers.get('x-request-id') ?? undefined
  return new GatehouseError(code, message, { status, ...(told.details ? { details: told.details } : {}), ...(trace ? { trace } : {}) })
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const codeOf = (status: number): ErrorCode =>
  (
    ({
      400: 'invalid_request',
      401: 'unauthorized',
      403: 'forbidden',
      404: 'not_found',
      409: 'conflict',
      413: 'too_large',
      415: 'unsupported',
      429: 'quota_exceeded',
      503: 'overloaded',
      504: 'timeout',
    }) as const
  )[status as 400] ?? 'internal'
