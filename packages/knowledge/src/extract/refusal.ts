import { AppError } from '@gatehouse/kernel'

/** Why a file cannot be read: the code of the document's error. */
const codes = {
  encrypted: 'invalid_request',
  corrupt: 'invalid_request',
  empty: 'invalid_request',
  hostile: 'invalid_request',
  scanned: 'unsupported',
  garbled: 'unsupported',
  unsupported: 'unsupported',
} as const satisfies Record<string, AppError['code']>
type Reason = keyof typeof codes

/** The message says what to do. */
export const unreadable = (reason: Reason, message: string): AppError => new AppError(codes[reason], message, { details: { reason } })

export const damaged = (): AppError =>
  unreadable('corrupt', 'the file is damaged and cannot be read; open it, save it again and upload that')

export const reasonOf = ({ details }: AppError): string | undefined =>
  typeof details.reason === 'string' && details.reason in codes ? details.reason : undefined
