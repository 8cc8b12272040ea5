import { AppError } from '@gatehouse/kernel'
import type { S3Place } from './address.ts'

/** What the client throws; nothing in it is believed to be there. */
interface Thrown {
  readonly name?: unknown
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** Refusals that pass by themselves. */
const passing = [408, 425, 429]

export const isMissing = (thrown: unknown): boolean => ['NoSuchKey', 'NotFound'].includes(nameOf(thrown))

/**
 * Anything an object store or its client throws, as the one error. The original is not kept as a cause: it carries headers and
 * what was signed. Where the store is stays out of the message: it reaches people. Work in the background tries `overloaded` again.
 */
export function failureOf(thrown: unknown): unknown {
  const isTheirs = statusOf(thrown) !== undefined || ['TimeoutError', 'AbortError'].includes(nameOf(thrown)) || isSystemError(thrown)
  if (!isTheirs) return thrown // ours already, or a mistake in the program
  const wrong = settingOf(thrown)
  if (wrong) return new AppError('overloaded', wrong, { details: { setting: true } })
  const name = nameOf(thrown)
  if (name === 'TimeoutError' || name === 'AbortError') return new AppError('timeout', 'the object store did not answer in time')
  const status = statusOf(thrown)
  if (status !== undefined) return new AppError('overloaded', `the object store does not serve: ${status} ${name}`)
  return new AppError('overloaded', `the object store cannot be reached (${name})`)
}

/** What only an operator can put right. */
function settingOf(thrown: unknown): string | undefined {
  const name = nameOf(thrown)
  if (name === 'NoSuchBucket') return 'the object store has no such bucket: make it first'
  if (name === 'PermanentRedirect' || name === 'IllegalLocationConstraintException')
    return 'the bucket is in another region of the object store'
  if (name === 'RequestTimeTooSkewed') return 'the clocks of this machine and of the object store differ too much'
  if (name === 'SecondLevelDomainForbidden' || name === 'InvalidBucketName')
    return `the object store does not take the bucket this way (${name}): set style=virtual or style=path in the address of the blobs`
  const status = statusOf(thrown)
  if (status === undefined || status < 400 || status > 499 || passing.includes(status)) return undefined
  return `the object store refuses this access key for this bucket (${name}): check key, secret and the rights to list, read, write and delete`
}

/** For operators: says where, and calls a wrong option one instead of a passing trouble. */
export function toldInFull(thrown: unknown, { bucket, endpoint, region }: S3Place): unknown {
  if (!(thrown instanceof AppError)) return thrown
  const where = `bucket ${bucket} at ${endpoint ?? 'Amazon S3'}, region ${region}`
  return new AppError(thrown.details.setting === true ? 'invalid_request' : thrown.code, `${thrown.message} – ${where}`)
}

const isSystemError = (thrown: unknown): boolean =>
  thrown instanceof Error && typeof (thrown as Thrown).code === 'string' && !(thrown instanceof AppError)

const statusOf = (thrown: unknown): number | undefined => (thrown as Thrown | undefined)?.$metadata?.httpStatusCode

function nameOf(thrown: unknown): string {
  const { name, code } = (thrown ?? {}) as Thrown
  const word = name === 'Error' || name === undefined ? code : name
  return typeof word === 'string' && /^\w{1,60}$/.test(word) ? word : 'unknown'
}
