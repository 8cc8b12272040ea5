import { AppError } from '@gatehouse/kernel'

type Json = Readonly<Record<string, unknown>>

/** Codes of MiniMax inside `base_resp`, as far as they mean something other than a failure. Transcribed from its error codes, November 2026. */
const baseResponses: Readonly<Record<number, number>> = { 1002: 429, 1004: 401, 2049: 401, 1008: 402, 1039: 429, 2013: 400 }

/** An error inside an answer with status 200, in the shapes that vendors have for it; its words are never repeated. */
export function errorIn(source: Json): AppError | undefined {
  const { error, choices, code, message, base_resp: base } = source
  const status = isObject(base) && typeof base.status_code === 'number' ? base.status_code : 0
  if (status !== 0) return refused(baseResponses[status])
  if (error) return reported()
  return choices === undefined && code !== undefined && typeof message === 'string' ? reported() : undefined
}

function refused(upstream: number | undefined): AppError {
  const details = { upstream: upstream ?? 500 }
  if (upstream === 429) return new AppError('quota_exceeded', 'the vendor accepts no more requests for now', { details })
  if (upstream === 400) return new AppError('invalid_request', 'the vendor refused the request', { details })
  if (upstream === 401) return new AppError('upstream_failed', 'the vendor did not accept our credential', { details })
  return new AppError('upstream_failed', 'the vendor reported an error in its answer', { details })
}

const reported = () => new AppError('upstream_failed', 'the vendor reported an error in its answer')
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null
