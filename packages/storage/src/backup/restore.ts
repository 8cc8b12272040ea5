import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { AuditHead, AuditReport } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'
import { deriveKeys, type Keys } from '../keys/keys.ts'
import { preparePlace } from '../place/place.ts'
import { isUnfinished } from '../place/unfinished.ts'
import { ArchiveReader, Damage } from './archive-reader.ts'
import { blobsOf, headsName, type InstallationPlace, journalFolder } from './back-up.ts'
import { blobsIn, fileOfBlob } from './blob-files.ts'
import { checkBackup } from './check-backup.ts'
import { openEmbeddedTarget } from './embedded-target.ts'
import type { Manifest } from './manifest.ts'
import { plainly } from './plainly.ts'
import { openPostgresTarget } from './postgres-target.ts'
import { tables } from './tables.ts'
import type { Target } from './target.ts'

export interface RestoreOptions extends InstallationPlace {
  /** The backup. */
  readonly from: string
  readonly now?: number
  readonly progress?: (text: string) => void
}
export interface Restored {
  readonly manifest: Manifest | undefined
  /** With any of them before the first byte was written, nothing was; with any after it, no server starts on it. */
  readonly problems: readonly string[]
  /** Of the restored store, against the heads in the backup; undefined when nothing was restored. */
  readonly audit: AuditReport | undefined
  /** Where the heads went that were exported here before. */
  readonly headsSetAside?: string
  /** Records that heads exported here speak of and the backup does not have: they were written after it. */
  readonly recordsLost: number
}

/** Into an empty installation, of either kind. The backup is checked whole before anything is touched, and the store after it. */
export function restore(options: RestoreOptions): Promise<Restored> {
  return plainly(async () => {
    const { from, masterKey, progress = () => {} } = options
    progress('checking the backup')
    const { manifest, problems } = await checkBackup({ from, masterKey })
    if (!manifest || problems.length > 0) return { manifest, problems, audit: undefined, recordsLost: 0 }
    try {
      return await fill(await ArchiveReader.open(from, deriveKeys(masterKey)), options)
    } catch (thrown) {
      if (!(thrown instanceof Damage)) throw thrown
      throw new AppError('conflict', `the backup changed while it was read: ${thrown.message}`, { cause: thrown })
    }
  })
}

async function fill(archive: ArchiveReader, options: RestoreOptions): Promise<Restored> {
  const { masterKey, now = Date.now(), progress = () => {} } = options
  const { manifest } = archive
  const keys = deriveKeys(masterKey)
  const place = placeOf(options)
  await using target = await openTarget(archive, options, place, keys, now)
  const heads = await placeHeads(archive, place.headsFile, now)
  progress('writing documents')
  await placeBlobs(archive, options)
  progress('writing tables')
  await target.load((name) => archive.rows(tables.find((table) => table.name === name)!))
  const problems = await countProblems(target, manifest)
  await placeJournal(archive, place.directory)
  progress('making the search index')
  const { setAside, recordsLost } = heads
  await target.complete({
    ...{ at: now, project: 'default', actor: 'system', action: 'store.restore', object: `backup/${manifest.id}` },
    details: { backup: manifest.id, takenAt: manifest.at, program: manifest.program, recordsLost },
  })
  progress('verifying')
  const integrity = await target.integrity()
  if (integrity !== 'ok') problems.push(`the database is not sound: ${integrity}`)
  const audit = await target.verify()
  if (problems.length === 0) await target.release()
  return { manifest, problems, audit, recordsLost, ...(setAside === undefined ? {} : { headsSetAside: setAside }) }
}

/** As a store is opened, but for the mark of a restore that did not finish: this one begins it anew. */
function placeOf(options: RestoreOptions): { directory: string; headsFile: string } {
  const place = { directory: resolve(options.directory), headsFile: resolve(options.headsFile) }
  return isUnfinished(place.directory) ? place : preparePlace({ ...place, masterKey: options.masterKey })
}

function openTarget(
  archive: ArchiveReader,
  { url, from }: RestoreOptions,
  place: { directory: string; headsFile: string },
  keys: Keys,
  now: number,
): Target | Promise<Target> {
  const common = { ...place, keys, from: resolve(from), now }
  return url === undefined ? openEmbeddedTarget(common) : openPostgresTarget({ ...common, url, dimensions: archive.manifest.dimensions })
}

/**
 * The heads of the backup become those of the installation. Others that were exported here are kept beside: they may speak of records
 * after the backup, which a restore loses, and an auditor wants to know.
 */
async function placeHeads(archive: ArchiveReader, headsFile: string, now: number): Promise<{ setAside?: string; recordsLost: number }> {
  const exported = archive.file(headsName)
  const own = exported ? await archive.read(exported) : Buffer.alloc(0)
  const there = existsSync(headsFile) ? readFileSync(headsFile) : Buffer.alloc(0)
  if (there.equals(own)) return { recordsLost: 0 }
  let setAside: string | undefined
  if (there.length > 0) {
    setAside = `${headsFile}.before-restore-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}`
    renameSync(headsFile, setAside)
  }
  mkdirSync(dirname(headsFile), { recursive: true, mode: 0o700 })
  await write(headsFile, own)
  const recordsLost = await lostRecords(archive, there.toString('utf8'))
  return { recordsLost, ...(setAside === undefined ? {} : { setAside }) }
}

/** How far the heads kept here go beyond the chains of the backup. */
async function lostRecords(archive: ArchiveReader, heads: string): Promise<number> {
  const newest = new Map<string, number>()
  for (const line of heads.split('\n')) {
    const head = headIn(line)
    if (head) newest.set(head.writer, Math.max(newest.get(head.writer) ?? 0, head.sequence))
  }
  if (newest.size === 0) return 0
  const kept = new Map<string, number>()
  for await (const { writer, sequence } of archive.rows(tables.find(({ name }) => name === 'audit')!))
    kept.set(String(writer), Number(sequence))
  let lost = 0
  for (const [writer, sequence] of newest) lost += Math.max(0, sequence - (kept.get(writer) ?? 0))
  return lost
}

function headIn(line: string): Pick<AuditHead, 'writer' | 'sequence'> | undefined {
  try {
    const head = JSON.parse(line) as Partial<AuditHead>
    return typeof head.writer === 'string' && typeof head.sequence === 'number'
      ? { writer: head.writer, sequence: head.sequence }
      : undefined
  } catch {
    return undefined
  }
}

async function placeBlobs(archive: ArchiveReader, options: RestoreOptions): Promise<void> {
  const blobs = blobsOf(options)
  for await (const blob of blobsIn(archive)) await blobs.put(blob.path, await archive.read(fileOfBlob(blob)))
}

/** Calls that were recorded and not yet in the store: taken over as after a crash, each once. */
async function placeJournal(archive: ArchiveReader, directory: string): Promise<void> {
  const folder = join(directory, 'journal')
  await mkdir(folder, { recursive: true })
  for (const file of archive.manifest.files.filter(({ path }) => path.startsWith(journalFolder)))
    await write(join(folder, file.path.slice(journalFolder.length)), await archive.read(file))
}

async function countProblems(target: Target, { rows }: Manifest): Promise<string[]> {
  const problems: string[] = []
  for (const { name } of tables) {
    const found = await target.count(name)
    if (found !== rows[name]) problems.push(`the restored table ${name} has ${found} rows instead of ${rows[name]}`)
  }
  return problems
}

async function write(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
