import { AppError, toAppError } from '@gatehouse/kernel'
import type { Prepared } from './prepare.ts'
import { reasonOf, unreadable } from './refusal.ts'

/** What becomes of one file, as it crosses from a thread or a process. */
export type Answer =
  | { readonly prepared: Prepared }
  | { readonly error: { readonly code: AppError['code']; readonly message: string; readonly reason?: string } }

export async function answerOf(work: () => Prepared | Promise<Prepared>): Promise<Answer> {
  try {
    return { prepared: await work() }
  } catch (thrown) {
    const known = toAppError(thrown)
    // what a parser trips over is the file's fault
    const error = known.code === 'internal' ? unreadable('corrupt') : known
    const reason = reasonOf(error)
    return { error: { code: error.code, message: error.message, ...(reason && { reason }) } }
  }
}

export const errorOf = ({ code, message, reason }: Extract<Answer, { error: object }>['error']): AppError =>
  new AppError(code, message, reason === undefined ? {} : { details: { reason } })
