import { AppError } from '@gatehouse/kernel'
import { isPostgresAddress } from '@gatehouse/storage'
import { secretOf } from './settings.ts'

/** The address of the database, undefined for the store in the data directory. What was given is never repeated: it may hold a password. */
export function storeAddressOf(option: string | undefined, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = option ?? environment.GATEHOUSE_STORE ?? secretOf(environment, 'DATABASE_URL')
  if (given === undefined || given === '' || given === 'embedded') return undefined
  if (isPostgresAddress(given)) return given
  const where = option !== undefined ? '--store' : environment.GATEHOUSE_STORE !== undefined ? 'GATEHOUSE_STORE' : 'DATABASE_URL'
  throw new AppError('invalid_request', `${where} must be "embedded" or an address like postgres://user:password@host:5432/database`)
}
