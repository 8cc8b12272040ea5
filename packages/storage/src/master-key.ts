import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { AppError } from '@gatehouse/kernel'

export interface MasterKeySources {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The user's configuration directory of Gatehouse. */
  readonly configDirectory: string
  /** Refused as a place for the key. */
  readonly dataDirectory?: string
}

const fileName = 'master.key'

/** GATEHOUSE_MASTER_KEY, or the file GATEHOUSE_MASTER_KEY_FILE names, or a file of the user's configuration, made on first use. */
export function loadMasterKey({ environment, configDirectory, dataDirectory }: MasterKeySources): Buffer {
  const { GATEHOUSE_MASTER_KEY: key, GATEHOUSE_MASTER_KEY_FILE: named } = environment
  if (key) return parseMasterKey(key, 'GATEHOUSE_MASTER_KEY')
  const file = resolve(named ?? join(configDirectory, fileName))
  if (dataDirectory !== undefined && file.startsWith(resolve(dataDirectory) + sep))
    throw new AppError(
      'invalid_request',
      `the master key must not lie in the data directory (${file}): whoever copies the data would have both`,
    )
  // a named file is mounted by whoever runs us, with the mode their platform gives it
  if (named) return readKeyFile(file)
  if (!existsSync(file)) return makeKeyFile(configDirectory, file)
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new AppError('invalid_request', `other people may read the master key file ${file}: change its mode to 0600`)
  return readKeyFile(file)
}

/** 32 bytes as base64 or hexadecimal. */
export function parseMasterKey(text: string, where: string): Buffer {
  const trimmed = text.trim()
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  if (bytes.length !== 32) throw new AppError('invalid_request', `${where} must be 32 bytes as base64 or as 64 hexadecimal digits`)
  return bytes
}

function readKeyFile(file: string): Buffer {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AppError('invalid_request', `the master key file ${file} cannot be read`, { cause })
  }
  return parseMasterKey(text, file)
}

function makeKeyFile(directory: string, file: string): Buffer {
  const key = randomBytes(32)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const whole = `${file}.${randomUUID()}.tmp`
  writeFileSync(whole, `${key.toString('base64')}\n`, { mode: 0o600, flush: true })
  try {
    // under its name it is whole from the first moment: another process may be about to read it
    linkSync(whole, file)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return readKeyFile(file) // another process made it just now
    throw thrown
  } finally {
    rmSync(whole)
  }
  return key
}
