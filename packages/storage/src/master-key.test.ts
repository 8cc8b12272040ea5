import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { loadMasterKey } from './master-key.ts'

const folders: string[] = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-key-'))
  folders.push(path)
  return path
}
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true })
})
const bytes = Buffer.from(Array.from({ length: 32 }, (_, at) => at))

describe('the master key', () => {
  test('comes from the environment, as base64 or hexadecimal', () => {
    for (const text of [bytes.toString('base64'), bytes.toString('hex')])
      expect(loadMasterKey({ environment: { GATEHOUSE_MASTER_KEY: text }, configDirectory: '/nowhere' })).toEqual(bytes)
  })

  test('of another length is refused without being shown', () => {
    const wrong = () => loadMasterKey({ environment: { GATEHOUSE_MASTER_KEY: 'c2hvcnQ=' }, configDirectory: '/nowhere' })
    expect(wrong).toThrow('GATEHOUSE_MASTER_KEY must be 32 bytes')
    expect(wrong).not.toThrow('c2hvcnQ')
  })

  test('is made once, for its owner only', () => {
    const configDirectory = join(folder(), 'config')
    const made = loadMasterKey({ environment: {}, configDirectory })
    expect(loadMasterKey({ environment: {}, configDirectory })).toEqual(made)
    if (process.platform !== 'win32') expect(statSync(join(configDirectory, 'master.key')).mode & 0o777).toBe(0o600)
  })

  test('is read from a named file', () => {
    const file = join(folder(), 'key')
    writeFileSync(file, `${bytes.toString('hex')}\n`)
    expect(loadMasterKey({ environment: { GATEHOUSE_MASTER_KEY_FILE: file }, configDirectory: '/nowhere' })).toEqual(bytes)
  })

  test('in our own file is refused when others may read it', { skip: process.platform === 'win32' }, () => {
    const configDirectory = folder()
    loadMasterKey({ environment: {}, configDirectory })
    chmodSync(join(configDirectory, 'master.key'), 0o644)
    expect(() => loadMasterKey({ environment: {}, configDirectory })).toThrow('0600')
  })

  test('never lies in the data directory, and a named file that is missing is not made', () => {
    const data = folder()
    const load = (environment: Record<string, string>, configDirectory: string) => () =>
      loadMasterKey({ environment, configDirectory, dataDirectory: data })
    expect(load({}, join(data, 'config'))).toThrow('must not lie in the data directory')
    expect(load({ GATEHOUSE_MASTER_KEY_FILE: join(data, 'key') }, '/nowhere')).toThrow('must not lie in the data directory')
    expect(load({ GATEHOUSE_MASTER_KEY_FILE: join(folder(), 'absent') }, '/nowhere')).toThrow('cannot be read')
  })
})
