import { type DocumentProblem, documentProblems, isDocumentProblem } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'

/** What each problem is in the table of errors. */
const codes = {
  encrypted: 'invalid_request',
  corrupt: 'invalid_request',
  empty: 'invalid_request',
  hostile: 'invalid_request',
  scanned: 'unsupported',
  garbled: 'unsupported',
  mistyped: 'unsupported',
  unsupported: 'unsupported',
  large: 'too_large',
  pages: 'too_large',
  long: 'too_large',
  slow: 'too_large',
  memory: 'too_large',
} as const satisfies Record<DocumentProblem, AppError['code']>

/** The message says why and what to do; the standard one where nothing is to be named or counted. */
export const unreadable = (reason: DocumentProblem, message: string = documentProblems[reason].en): AppError =>
  new AppError(codes[reason], message, { details: { reason } })

export const reasonOf = ({ details }: AppError): DocumentProblem | undefined =>
  isDocumentProblem(details.reason) ? details.reason : undefined
