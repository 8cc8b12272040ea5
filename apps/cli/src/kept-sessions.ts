import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface KeptSession {
  readonly user: string
  readonly token: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** The sessions of the command line, one per address of a server, in a file that only its owner may read. */
export class KeptSessions {
  readonly #home: string
  readonly #file: string

  constructor(home: string) {
    this.#home = home
    this.#file = join(home, 'sessions.json')
  }

  get(url: string): KeptSession | undefined {
    return this.#read()[url]
  }

  put(url: string, session: KeptSession | undefined): void {
    const { [url]: _, ...others } = this.#read()
    mkdirSync(this.#home, { recursive: true, mode: 0o700 })
    const fresh = `${this.#file}.${process.pid}`
    writeFileSync(fresh, `${JSON.stringify(session ? { ...others, [url]: session } : others, undefined, 2)}\n`, { mode: 0o600 })
    chmodSync(fresh, 0o600) // the mode above counts for new files only
    renameSync(fresh, this.#file)
  }

  /** A file that is missing or broken means that nobody is signed in. */
  #read(): Record<string, KeptSession> {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#file, 'utf8'))
      return typeof value === 'object' && value !== null ? (value as Record<string, KeptSession>) : {}
    } catch {
      return {}
    }
  }
}
