import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { AppError } from '@gatehouse/kernel'
import { refuseUnfinished } from './unfinished.ts'

export interface Place {
  readonly directory: string
  /** Where signed heads of the audit are exported to; outside the directory. */
  readonly headsFile: string
  readonly masterKey: Uint8Array
}

/** Checks what a store is opened with and makes its directory; both paths come back absolute. */
export function preparePlace({ masterKey, ...place }: Place): Omit<Place, 'masterKey'> {
  const directory = resolve(place.directory)
  const headsFile = resolve(place.headsFile)
  if (masterKey.length !== 32) throw new AppError('invalid_request', 'a master key has 32 bytes')
  if (headsFile.startsWith(directory + sep))
    throw new AppError(
      'invalid_request',
      'the exported heads of the audit must lie outside the data directory: who can change one could change both',
    )
  makeDirectory(directory)
  refuseUnfinished(directory)
  return { directory, headsFile }
}

/** Said here in words: what SQLite says of a directory it cannot write is that a file cannot be opened. */
function makeDirectory(directory: string): void {
  try {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === false) throw new Error('it is a file')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'EACCES' || code === 'EPERM' ? 'this user may not write there' : code === 'EROFS' ? 'it is read-only' : message
    throw new AppError('invalid_request', `the data directory ${directory} cannot be used: ${why}; choose another with --data`, { cause })
  }
}
