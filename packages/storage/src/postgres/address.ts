import { AppError } from '@gatehouse/kernel'

export const isPostgresAddress = (text: string): boolean => /^postgres(ql)?:\/\//i.test(text)

/** Refuses what is no address of a database, without repeating it: it holds a password. */
export function checkAddress(url: string): void {
  if (isPostgresAddress(url) && URL.canParse(url)) return
  throw new AppError(
    'invalid_request',
    'the address of the database is not in order: postgres://user:password@host:5432/database, with signs other than letters and digits of user and password percent-encoded',
  )
}
