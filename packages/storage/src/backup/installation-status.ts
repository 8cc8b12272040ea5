import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Database as EmbeddedDatabase } from '../embedded/worker/database.ts'
import { leftOver, readLines } from '../journal/lines.ts'
import { isUnfinished } from '../place/unfinished.ts'
import { Database as PostgresDatabase } from '../postgres/worker/database.ts'
import { statusOf } from '../status.ts'
import type { StoreStatus } from '../store-status.ts'
import type { InstallationPlace } from './back-up.ts'
import { plainly } from './plainly.ts'

export interface InstallationStatus extends StoreStatus {
  /** Calls in the journal of this data directory that the store has not taken yet. */
  readonly pending: number
  /** The server of this data directory, as it says itself. */
  readonly running?: { readonly process: number; readonly address?: string }
  /** No server starts on it until the restore was run again. */
  readonly unfinishedRestore: boolean
}

/** Reads only, without the master key; a server may run meanwhile. */
export function installationStatus({ directory, url }: Pick<InstallationPlace, 'directory' | 'url'>): Promise<InstallationStatus> {
  return plainly(async () => {
    const status = await statusOf(url === undefined ? { directory } : { url })
    const known = status.version > 0 && status.version <= status.newest
    const inside = known
      ? await (url === undefined ? inDirectory(directory) : inDatabase(url))
      : { positions: new Map(), unfinished: false }
    const running = runningIn(directory)
    return {
      ...status,
      pending: pendingIn(directory, inside.positions),
      ...(running && { running }),
      unfinishedRestore: isUnfinished(directory) || inside.unfinished,
    }
  })
}

interface Inside {
  /** How far each journal file was taken over. */
  readonly positions: ReadonlyMap<string, number>
  readonly unfinished: boolean
}
interface Position {
  readonly name: string
  readonly position: number
}
const positionsSql = 'SELECT name, position FROM journal_file'
const byName = (rows: readonly Position[]) => new Map(rows.map(({ name, position }) => [name, position]))

function inDirectory(directory: string): Inside {
  const database = new EmbeddedDatabase(join(directory, 'store.db'), { readOnly: true })
  try {
    return { positions: byName(database.all<Position>(positionsSql)), unfinished: false }
  } finally {
    database.close()
  }
}

async function inDatabase(url: string): Promise<Inside> {
  const database = new PostgresDatabase(url, 1)
  try {
    const marked = await database.get("SELECT 1 FROM meta WHERE key = 'restoring'")
    return { positions: byName(await database.all<Position>(positionsSql)), unfinished: marked !== undefined }
  } finally {
    await database.close()
  }
}

function pendingIn(directory: string, positions: ReadonlyMap<string, number>): number {
  let pending = 0
  for (const { file } of leftOver(directory)) {
    const path = join(directory, 'journal', file)
    for (let at = positions.get(file) ?? 0; ; ) {
      // a file that was taken over whole is removed
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
      if (at >= size) break
      const { lines, damaged, bytes } = readLines(path, at, size, (text) => ({ id: text, at: 0 }))
      pending += lines.length + damaged
      if (bytes === 0) break
      at += bytes
    }
  }
  return pending
}

/** A process that died is none. */
function runningIn(directory: string): InstallationStatus['running'] {
  const note = join(directory, 'running.json')
  if (!existsSync(note)) return undefined
  try {
    const { process: id, address } = JSON.parse(readFileSync(note, 'utf8')) as { process: number; address?: string }
    process.kill(id, 0) // asks whether it lives
    return { process: id, ...(address === undefined ? {} : { address }) }
  } catch {
    return undefined
  }
}
