import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { apiVersion, type DocumentRecord } from '@gatehouse/contracts'
import { AppError, type Blobs } from '@gatehouse/kernel'
import { DirectoryBlobs } from '../blobs/directory-blobs.ts'
import { deriveKeys } from '../keys/keys.ts'
import { refuseUnfinished } from '../place/unfinished.ts'
import { tablePath } from './archive-reader.ts'
import { ArchiveWriter } from './archive-writer.ts'
import { type ReferencedBlobs, writeBlobs } from './blob-files.ts'
import { openEmbeddedSource } from './embedded-source.ts'
import { format, type Manifest, manifestName, writeManifest } from './manifest.ts'
import { plainly } from './plainly.ts'
import { openPostgresSource } from './postgres-source.ts'
import type { Source } from './source.ts'
import { type Row, tables, toLine } from './tables.ts'

export interface InstallationPlace {
  /** The data directory: the embedded store, or what one server keeps beside its database. */
  readonly directory: string
  /** postgres://… when the store is there. */
  readonly url?: string
  /** Default: a directory of the data directory. */
  readonly blobs?: Blobs
  readonly masterKey: Buffer
  /** Signed heads of the audit, exported by this installation's server. */
  readonly headsFile: string
}
export interface BackUpOptions extends InstallationPlace {
  /** A directory that does not exist yet. */
  readonly to: string
  /** Version of this program. */
  readonly program: string
  readonly now?: number
  /** Told in words what is being done. */
  readonly progress?: (text: string) => void
}
export interface MadeBackup {
  readonly path: string
  readonly manifest: Manifest
  /** Left by an interrupted backup to the same place, and removed. */
  readonly cleared: boolean
}

export const blobsOf = ({ blobs, directory }: Pick<InstallationPlace, 'blobs' | 'directory'>): Blobs =>
  blobs ?? new DirectoryBlobs(join(directory, 'blobs'))

/** A whole copy of a store while its servers go on; the master key is not in it. */
export function backUp(options: BackUpOptions): Promise<MadeBackup> {
  return plainly(async () => {
    const { directory, to } = options
    if (`${resolve(to)}${sep}`.startsWith(resolve(directory) + sep))
      throw new AppError('invalid_request', 'a backup must lie outside the data directory: what happens to one would happen to both')
    refuseUnfinished(directory)
    using archive = new ArchiveWriter(to)
    const manifest = await write(archive, options)
    return { path: archive.target, manifest, cleared: archive.cleared }
  })
}

/**
 * Heads first, then the journal, then the store: each head speaks of records the store has, and a line that left the journal meanwhile
 * is in the store; one that is in both is taken once.
 */
async function write(archive: ArchiveWriter, options: BackUpOptions): Promise<Manifest> {
  const { directory, url, headsFile, masterKey, program, now = Date.now(), progress = () => {} } = options
  const keys = deriveKeys(masterKey)
  if (existsSync(headsFile)) await archive.copy(headsName, headsFile)
  await copyJournal(archive, directory)
  progress('copying the store')
  await using source = url === undefined ? await openEmbeddedSource(directory, archive.scratch) : await openPostgresSource(url)
  if (source.fingerprint !== keys.fingerprint)
    throw new AppError(
      'unauthorized',
      'the master key is not the one this store was made with: a backup signed with it could not be restored',
    )
  progress('copying documents')
  // soon after the store: what is removed meanwhile is missing
  const blobs = await writeBlobs(archive, blobsOf(options), await referencedBlobs(source))
  progress('writing tables')
  const { rows, dimensions } = await writeTables(archive, source)
  await archive.text('configuration.yaml', await configurationOf(source))
  await archive.text('README.txt', readme)
  const { kind, version } = source
  const { fingerprint } = keys
  const manifest: Manifest = {
    ...{ format, id: randomUUID(), at: now, program, kind, store: version, fingerprint, rows, blobs, dimensions },
    files: archive.files,
  }
  await archive.finish(manifestName, writeManifest(manifest, keys))
  return manifest
}

export const headsName = 'audit-heads.jsonl'
export const journalFolder = 'journal/'

async function copyJournal(archive: ArchiveWriter, directory: string): Promise<void> {
  const folder = join(directory, 'journal')
  if (!existsSync(folder)) return
  // gone since: the store has all of it
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith('.jsonl'))
    .sort())
    if (existsSync(join(folder, name))) await archive.copy(journalFolder + name, join(folder, name))
}

const tableOf = (name: string) => tables.find((table) => table.name === name)!

async function referencedBlobs(source: Source): Promise<ReferencedBlobs> {
  const documents = new Set<string>()
  const originals = new Set<string>()
  for await (const { public_id, record } of source.rows(tableOf('document'))) {
    documents.add(String(public_id))
    const { blob } = JSON.parse(String(record)) as DocumentRecord
    if (blob) originals.add(blob)
  }
  return { documents, originals }
}

async function writeTables(archive: ArchiveWriter, source: Source): Promise<Pick<Manifest, 'rows' | 'dimensions'>> {
  const rows: Record<string, number> = {}
  const dimensions = new Set<number>()
  for (const table of tables) {
    const lines = async function* () {
      for await (const row of source.rows(table)) {
        if (table.name === 'segment_vector') dimensions.add((row.vector as Uint8Array).byteLength / Float32Array.BYTES_PER_ELEMENT)
        yield toLine(row, table)
      }
    }
    rows[table.name] = await archive.lines(tablePath(table.name), lines())
  }
  return { rows, dimensions: [...dimensions].sort((a, b) => a - b) }
}

/** For people, and for `serve --config`: a restore takes the tables. */
async function configurationOf(source: Source): Promise<string> {
  const parts = ['# All resources at the time of the backup. A restore does not read this file.\n']
  for await (const row of source.rows(tableOf('resource'))) parts.push(toYaml(row))
  return parts.join('')
}

// JSON is YAML, and needs no library here
const toYaml = ({ kind, project, name, spec }: Row) =>
  `---\n${JSON.stringify({ apiVersion, kind, metadata: { name, project }, spec: JSON.parse(String(spec)) }, undefined, 2)}\n`

const readme = `A backup of a Gatehouse installation.

Restore it into an empty installation:   gatehouse db restore --from <this directory> --data <new data directory>
Check it without restoring:              gatehouse db restore --from <this directory> --verify

The master key is NOT in here. Without the key this store was made with, nothing of this can be used: keep the key apart, and keep it.
Prompts, answers, conversations, records and secrets are encrypted with it. Documents, configuration and the facts of calls are not.
`
