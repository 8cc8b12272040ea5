/**
 * The one table of error codes, with the plain HTTP status (control plane, app API).
 * A codec's own table says what differs for its dialect and operation.
 */
export const statusOf = {
  invalid_request: 400,
  unauthorized: 401,
  blocked: 403,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  quota_exceeded: 429,
  cancelled: 499,
  internal: 500,
  upstream_failed: 502,
  guard_failed: 503,
  overloaded: 503,
  timeout: 504,
} as const

export type ErrorCode = keyof typeof statusOf
