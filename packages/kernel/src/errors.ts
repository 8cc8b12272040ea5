import { type ErrorCode, statusOf } from '@gatehouse/contracts'

/** The one error. `message` is lower case, says what was wrong and what is allowed; it never holds a secret or prompt text. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  /** The plain status; a codec may have its own for its dialect and operation. */
  get status(): number {
    return statusOf[this.code]
  }
}

/** Anything thrown, as the one error. Called at the edges only: HTTP, CLI, job, node run. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError') return new AppError('cancelled', 'the caller left', { cause: thrown })
  return new AppError('internal', 'something went wrong inside; the trace has the details', { cause: thrown })
}
