import { createHash } from 'node:crypto'
import { constants, lstatSync } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createGunzip } from 'node:zlib'
import { AppError } from '@gatehouse/kernel'
import type { Keys } from '../keys/keys.ts'
import { type ArchivedFile, type Manifest, manifestName, readManifest } from './manifest.ts'
import { fromLine, type Row, type Table } from './tables.ts'

const mostLine = 256 << 20
const mostManifest = 16 << 20
const step = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/

/** A backup was changed or damaged; the message says what of it. */
export class Damage extends Error {
  override readonly name = 'Damage'
}

/** A finished backup. Nothing outside its directory is read, whatever it says. */
export class ArchiveReader {
  readonly manifest: Manifest
  readonly #folder: string

  private constructor(folder: string, manifest: Manifest) {
    this.#folder = folder
    this.manifest = manifest
  }

  static async open(from: string, keys: Pick<Keys, 'publicKey' | 'fingerprint'>): Promise<ArchiveReader> {
    const folder = resolve(from)
    const file = join(folder, manifestName)
    const found = lstatSync(file, { throwIfNoEntry: false })
    if (!found) throw new AppError('not_found', notThere(folder))
    if (!found.isFile() || found.size > mostManifest) throw new Damage(`${manifestName} is not the file it was`)
    const manifest = readManifest(await readFile(file, 'utf8'), keys)
    if (!manifest) throw new Damage(`${manifestName} was changed or damaged: its signature does not fit`)
    return new ArchiveReader(folder, manifest)
  }

  file(path: string): ArchivedFile | undefined {
    return this.manifest.files.find((file) => file.path === path)
  }

  /** Throws `Damage` when it is not byte for byte what was written. */
  async check({ path, bytes, sha256 }: ArchivedFile): Promise<void> {
    await using handle = await this.#open(path)
    const { size } = await handle.stat()
    if (size !== bytes) throw new Damage(`${path} has ${size} bytes instead of ${bytes}`)
    const hash = createHash('sha256')
    for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer)
    if (hash.digest('hex') !== sha256) throw changed(path)
  }

  /** As it was written, or `Damage`: it may have been changed since it was checked. */
  async read({ path, sha256 }: ArchivedFile): Promise<Buffer> {
    await using handle = await this.#open(path)
    const bytes = await handle.readFile()
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw changed(path)
    return bytes
  }

  /** What was changed since it was checked ends with `Damage`, after its last line at the latest. */
  async *lines(path: string): AsyncGenerator<string> {
    await using handle = await this.#open(path)
    const hash = createHash('sha256')
    const packed = handle.createReadStream({ autoClose: false })
    packed.on('data', (chunk) => hash.update(chunk))
    const unpacked = packed.pipe(createGunzip())
    let rest: Buffer = Buffer.alloc(0)
    try {
      for await (const chunk of unpacked as AsyncIterable<Buffer>) {
        let start = 0
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
          yield Buffer.concat([rest, chunk.subarray(start, end)]).toString('utf8')
          rest = Buffer.alloc(0)
          start = end + 1
        }
        rest = Buffer.concat([rest, chunk.subarray(start)])
        if (rest.length > mostLine) throw new Damage(`${path} has a line that is too long`)
      }
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_'))
        throw new Damage(`${path} cannot be unpacked`)
      throw thrown
    }
    if (rest.length > 0) throw new Damage(`${path} ends in the middle of a line`)
    if (hash.digest('hex') !== this.file(path)?.sha256) throw changed(path)
  }

  async *rows(table: Table): AsyncGenerator<Row> {
    const path = tablePath(table.name)
    for await (const line of this.lines(path)) {
      const row = fromLine(line, table)
      if (!row) throw new Damage(`${path} has a line that cannot be read`)
      yield row
    }
  }

  /** Neither `..` nor a link leads out: each step is a plain name and a directory of its own. */
  async #open(path: string): Promise<FileHandle> {
    const steps = path.split('/')
    if (!steps.every((name) => step.test(name))) throw new Damage(`${JSON.stringify(path)} is no name of a file in a backup`)
    let at = this.#folder
    for (const name of steps.slice(0, -1)) {
      at = join(at, name)
      const found = lstatSync(at, { throwIfNoEntry: false })
      if (!found) throw new Damage(`${path} is missing`)
      if (!found.isDirectory()) throw new Damage(`${path} lies behind a link`)
    }
    const file = join(at, steps.at(-1)!)
    const found = lstatSync(file, { throwIfNoEntry: false })
    if (!found) throw new Damage(`${path} is missing`)
    if (!found.isFile()) throw new Damage(`${path} is a link or no file`)
    return open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  }
}

const changed = (path: string) => new Damage(`${path} was changed: its checksum does not fit`)

export const tablePath = (name: string): string => `tables/${name}.ndjson.gz`

function notThere(folder: string): string {
  if (lstatSync(`${folder}.unfinished`, { throwIfNoEntry: false }))
    return `the backup ${folder} was interrupted or is being made: make it again with "gatehouse db backup --to ${folder}"`
  if (!lstatSync(folder, { throwIfNoEntry: false })) return `there is no backup in ${folder}`
  return `${folder} is no finished backup: it has no ${manifestName}`
}
