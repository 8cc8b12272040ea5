import { AppError } from '@gatehouse/kernel'

/** Why a signed request is refused: our code and the HTTP status, which is Higress's where it has one, so that alerts carry over. */
export const causes = {
  InvalidKey: ['unauthorized', 401],
  EmptySignature: ['unauthorized', 401],
  InvalidSignedHeaders: ['invalid_request', 400],
  InvalidSignatureMethod: ['invalid_request', 400],
  InvalidDate: ['invalid_request', 400],
  InvalidSignature: ['invalid_request', 400],
  UnauthorizedConsumer: ['forbidden', 403],
  NonceReused: ['invalid_request', 400],
  NonceMemoryFull: ['overloaded', 503],
  ContentMD5Required: ['invalid_request', 400],
  InvalidContentMD5: ['invalid_request', 400],
  BodyTooLarge: ['too_large', 413],
} as const
export type Cause = keyof typeof causes

/** The cause is the error's code in the caller's dialect, and in the header that Higress's clients look at. */
export function refused(cause: Cause, message: string): AppError {
  const [code, status] = causes[cause]
  return new AppError(code, message, { details: { code: cause, cause, status } })
}
