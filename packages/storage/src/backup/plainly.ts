import { AppError } from '@gatehouse/kernel'
import { toPlain as toPlainPostgres } from '../postgres/worker/failure.ts'
import { toError } from '../threads/driver.ts'
import { Damage } from './archive-reader.ts'

/** What a database throws, as the one error; damage stays what it is. */
export async function plainly<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof AppError || thrown instanceof Damage) throw thrown
    const { code, message } = thrown as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new AppError('overloaded', 'the disk is full', { cause: thrown })
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOENT')
      throw new AppError('invalid_request', `a file cannot be used: ${message}`, { cause: thrown })
    throw toError(toPlainPostgres(thrown))
  }
}
