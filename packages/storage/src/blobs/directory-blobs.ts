import { randomUUID } from 'node:crypto'
import { mkdir, open, opendir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError, type Blobs } from '@gatehouse/kernel'
import { stepsOf } from './blob-key.ts'

/** Blobs as files: written under a temporary name, synced, renamed. */
export class DirectoryBlobs implements Blobs {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key)
    const temporary = `${path}.${randomUUID()}.tmp`
    try {
      await mkdir(dirname(path), { recursive: true })
      const file = await open(temporary, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => {}) // what went wrong first counts
      throw failureOf(thrown)
    }
    await syncDirectory(dirname(path))
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#path(key))
    } catch (thrown) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(thrown) ?? '')) return undefined
      throw failureOf(thrown)
    }
  }

  async remove(key: string): Promise<void> {
    await removeFrom(this.#path(key), { force: true })
  }

  async removeAll(prefix: string): Promise<void> {
    await removeFrom(this.#path(prefix.replace(/\/$/, '')), { recursive: true, force: true })
  }

  async *list(prefix: string): AsyncIterable<string> {
    const below = prefix.replace(/\/$/, '')
    yield* keysIn(below === '' ? this.#root : this.#path(below), below)
  }

  #path(key: string): string {
    return join(this.#root, ...stepsOf(key))
  }
}

async function* keysIn(directory: string, key: string): AsyncIterable<string> {
  for await (const entry of await opendirIfThere(directory)) {
    const name = key === '' ? entry.name : `${key}/${entry.name}`
    if (entry.isDirectory()) yield* keysIn(join(directory, entry.name), name)
    // a temporary file is not there yet
    else if (entry.isFile() && !entry.name.endsWith('.tmp')) yield name
  }
}

const opendirIfThere = (directory: string) =>
  opendir(directory).catch((thrown: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(thrown) ?? '')) return []
    throw failureOf(thrown)
  })

const codeOf = (thrown: unknown) => (thrown as NodeJS.ErrnoException | undefined)?.code

const removeFrom = (path: string, options: Parameters<typeof rm>[1]) =>
  rm(path, options).catch((thrown: unknown) => {
    throw failureOf(thrown)
  })

/** What an operator can mend, in words; anything else as it is. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk of the store is full',
  EDQUOT: 'the disk of the store is full',
  EROFS: 'the directory of documents cannot be written: it is read-only',
  ENOENT: 'the directory of documents cannot be written: it is gone, or read-only', // what Node says when it may not make a directory
  EACCES: 'the directory of documents cannot be used: the server may not read and write there',
  EPERM: 'the directory of documents cannot be used: the server may not read and write there',
}

function failureOf(thrown: unknown): unknown {
  const reason = reasons[codeOf(thrown) ?? '']
  return reason === undefined ? thrown : new AppError('overloaded', reason, { cause: thrown })
}

/** The rename itself must survive a power cut, too. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return // directories cannot be opened there
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
