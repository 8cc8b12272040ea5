import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '@gatehouse/kernel'

/**
 * One server per embedded store. The lock is the operating system's, held through SQLite on a file of its own:
 * it ends with the process, however that dies, so none is ever stale. Beside it stands where the holder runs.
 */
export class StoreLock {
  readonly #database: DatabaseSync
  readonly #note: string

  constructor(directory: string, now: number) {
    this.#note = join(directory, 'running.json')
    this.#database = new DatabaseSync(join(directory, 'lock.db'), { timeout: 0 })
    try {
      this.#database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE')
    } catch (cause) {
      this.#database.close()
      throw new AppError('conflict', `the store ${directory} is in use by another server${whereOf(this.#note)}`, { cause })
    }
    this.#write({ process: process.pid, since: new Date(now).toISOString() })
  }

  /** Tells a second server where this one is reached. */
  announce(address: string): void {
    this.#write({ process: process.pid, address })
  }

  release(): void {
    rmSync(this.#note, { force: true })
    this.#database.close()
  }

  #write(note: Record<string, unknown>): void {
    writeFileSync(this.#note, `${JSON.stringify(note)}\n`)
  }
}

function whereOf(note: string): string {
  try {
    const { process, address } = JSON.parse(readFileSync(note, 'utf8')) as { process?: number; address?: string }
    return `: process ${process}${address ? ` at ${address}` : ''}; stop it, or choose another directory`
  } catch {
    return '; stop it, or choose another directory'
  }
}
