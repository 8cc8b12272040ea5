import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { AppError } from '@gatehouse/kernel'
import type { ArchivedFile } from './manifest.ts'

/** Lines are joined up to this before they are compressed. */
const chunkSize = 64 << 10
const lockName = 'lock.db'

/**
 * A backup while it is written: under another name, so that one that was interrupted is never taken for a whole one. A plain directory,
 * because every file of it can be checked, copied and fetched alone, and the disk need not hold it twice.
 */
export class ArchiveWriter implements Disposable {
  readonly target: string
  /** For what must not be in the backup in the end. */
  readonly scratch: string
  readonly files: ArchivedFile[] = []
  /** Left by one that was interrupted, and removed now. */
  readonly cleared: boolean
  readonly #folder: string
  readonly #lock: DatabaseSync
  #finished = false

  constructor(target: string) {
    this.target = resolve(target)
    if (existsSync(this.target)) throw new AppError('conflict', `${this.target} exists already: name a new directory with --to`)
    this.#folder = `${this.target}.unfinished`
    this.cleared = clear(this.#folder, this.target)
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    this.#lock = lock(this.#folder, this.target)
    this.scratch = join(this.#folder, 'scratch')
    mkdirSync(this.scratch, { mode: 0o700 })
  }

  /** Compressed; one line each. Returns how many. */
  async lines(path: string, lines: AsyncIterable<string>): Promise<number> {
    let rows = 0
    const chunks = async function* () {
      let chunk: string[] = []
      let size = 0
      for await (const line of lines) {
        rows++
        chunk.push(line, '\n')
        size += line.length
        if (size < chunkSize) continue
        yield chunk.join('')
        chunk = []
        size = 0
      }
      yield chunk.join('')
    }
    const file = await this.#write(path, (sink, digest) =>
      pipeline(Readable.from(chunks(), { objectMode: false }), createGzip({ level: 4 }), digest, sink),
    )
    this.files.push({ ...file, rows })
    return rows
  }

  async text(path: string, content: string): Promise<void> {
    this.files.push(await this.#write(path, (sink, digest) => pipeline(Readable.from([Buffer.from(content)]), digest, sink)))
  }

  /** As it is now; what is appended meanwhile is left. */
  async copy(path: string, from: string): Promise<void> {
    this.files.push(await this.#write(path, (sink, digest) => pipeline(createReadStream(from), digest, sink)))
  }

  /** Not listed among the files: whoever writes blobs keeps their sums. */
  blob(path: string, bytes: Uint8Array): Promise<ArchivedFile> {
    return this.#write(path, (sink, digest) => pipeline(Readable.from([bytes]), digest, sink))
  }

  /** The manifest last, then everything synced, then the name. */
  async finish(manifestName: string, manifest: string): Promise<void> {
    rmSync(this.scratch, { recursive: true, force: true })
    await this.#write(manifestName, (sink, digest) => pipeline(Readable.from([Buffer.from(manifest)]), digest, sink))
    this.#lock.close()
    rmSync(join(this.#folder, lockName), { force: true })
    await syncAll(this.#folder)
    await rename(this.#folder, this.target)
    this.#finished = true
    await syncDirectory(dirname(this.target))
  }

  [Symbol.dispose](): void {
    if (this.#finished) return
    if (this.#lock.isOpen) this.#lock.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #write(path: string, run: (sink: NodeJS.WritableStream, digest: Digest) => Promise<void>): Promise<ArchivedFile> {
    const target = join(this.#folder, path)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    let bytes = 0
    const digest: Digest = async function* (source) {
      for await (const chunk of source) {
        hash.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    }
    await run(createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }), digest)
    return { path, bytes, sha256: hash.digest('hex') }
  }
}

type Digest = (source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>

/** What a killed backup left is taken away; what is not one is left alone. */
function clear(folder: string, target: string): boolean {
  if (!existsSync(folder)) return false
  const entries = readdirSync(folder)
  if (entries.length > 0 && !entries.includes(lockName))
    throw new AppError('conflict', `${folder} is in the way and is no unfinished backup: move it, or name another directory with --to`)
  lock(folder, target).close()
  rmSync(folder, { recursive: true, force: true })
  return true
}

/** The operating system's: it ends with the process. */
function lock(folder: string, target: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, lockName), { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch (cause) {
    database.close()
    throw new AppError('conflict', `another backup to ${target} is being made: wait for it, or name another directory with --to`, { cause })
  }
}

async function syncAll(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) await syncAll(join(folder, entry.name))
  await syncDirectory(folder)
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return // directories cannot be opened there
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
