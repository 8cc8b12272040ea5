import { join, resolve } from 'node:path'
import type { AuditReport } from '@gatehouse/contracts'
import { type BoundCall, type ChainRow, ChainWalk, Findings, readHeads } from '../audit/chain-check.ts'
import { parseLine } from '../journal/lines.ts'
import { deriveKeys } from '../keys/keys.ts'
import { ArchiveReader, Damage, tablePath } from './archive-reader.ts'
import { headsName } from './back-up.ts'
import { blobsIn, fileOfBlob } from './blob-files.ts'
import type { Manifest } from './manifest.ts'
import { plainly } from './plainly.ts'
import { tables } from './tables.ts'

export interface CheckedBackup {
  /** Undefined when not even the manifest can be believed. */
  readonly manifest: Manifest | undefined
  /** What was changed, is damaged or is missing; such a backup is not restored. */
  readonly problems: readonly string[]
  /** The chains as they were when the backup was made, against its heads; undefined when there is a problem. */
  readonly audit: AuditReport | undefined
}

const mostProblems = 100

/** Reads all of a backup and changes nothing. Throws when it is none, or of another key or a newer program. */
export function checkBackup({ from, masterKey }: { from: string; masterKey: Buffer }): Promise<CheckedBackup> {
  return plainly(async () => {
    const keys = deriveKeys(masterKey)
    let archive: ArchiveReader
    try {
      archive = await ArchiveReader.open(from, keys)
    } catch (thrown) {
      if (thrown instanceof Damage) return { manifest: undefined, problems: [thrown.message], audit: undefined }
      throw thrown
    }
    const { manifest } = archive
    const problems = await problemsIn(archive)
    if (problems.length > 0) return { manifest, problems, audit: undefined }
    return { manifest, problems, audit: await auditIn(archive, resolve(from), keys.publicKey) }
  })
}

/** Every file byte for byte, every table by the number of its rows. */
async function problemsIn(archive: ArchiveReader): Promise<string[]> {
  const problems: string[] = []
  const attempt = async (work: () => Promise<unknown>) => {
    if (problems.length >= mostProblems) return
    try {
      await work()
    } catch (thrown) {
      if (!(thrown instanceof Damage)) throw thrown
      problems.push(thrown.message)
    }
  }
  for (const file of archive.manifest.files) await attempt(() => archive.check(file))
  if (problems.length > 0) return problems
  await attempt(async () => {
    let count = 0
    for await (const blob of blobsIn(archive)) {
      count++
      await attempt(() => archive.check(fileOfBlob(blob)))
    }
    if (count !== archive.manifest.blobs.count) throw new Damage(`${count} blobs are listed instead of ${archive.manifest.blobs.count}`)
  })
  for (const table of tables)
    await attempt(async () => {
      let rows = 0
      for await (const _ of archive.rows(table)) rows++
      const wanted = archive.manifest.rows[table.name]
      if (rows !== wanted) throw new Damage(`${tablePath(table.name)} has ${rows} rows instead of ${wanted}`)
    })
  return problems
}

const tableOf = (name: string) => tables.find((table) => table.name === name)!

/** As a store is verified: its tables stand in the order of chains and batches. */
async function auditIn(archive: ArchiveReader, folder: string, publicKey: string): Promise<AuditReport> {
  const findings = new Findings()
  const stored: string[] = []
  for await (const { body } of archive.rows(tableOf('audit_head'))) stored.push(String(body))
  const heads = readHeads(join(folder, headsName), stored, publicKey, findings)
  let walk: ChainWalk | undefined
  let writer = ''
  const seen = new Set<string>()
  for await (const row of archive.rows(tableOf('audit')) as AsyncGenerator<unknown> as AsyncGenerator<ChainRow>) {
    if (row.writer !== writer || !walk) {
      walk?.end()
      writer = row.writer
      seen.add(writer)
      walk = new ChainWalk(writer, heads.get(writer) ?? [], findings)
    }
    walk.next(row)
  }
  walk?.end()
  for (const [missing, own] of heads) if (!seen.has(missing)) new ChainWalk(missing, own, findings).end()
  await batchesIn(archive, findings)
  return findings.toReport()
}

async function batchesIn(archive: ArchiveReader, findings: Findings): Promise<void> {
  const bound = new Map(findings.batches.map((batch) => [batch.batch, batch]))
  let at: number | undefined
  let calls: BoundCall[] = []
  const close = () => {
    const batch = at === undefined ? undefined : bound.get(at)
    if (batch) findings.batch(batch, calls)
    else findings.unbound(calls.length)
    if (at !== undefined) bound.delete(at)
    calls = []
  }
  for await (const { batch, line } of archive.rows(tableOf('call'))) {
    if (batch !== at) {
      close()
      at = Number(batch)
    }
    calls.push(boundCall(String(line)))
  }
  close()
  for (const batch of bound.values()) findings.batch(batch, [])
}

/** Its columns are made from the line, so they say what it says. */
function boundCall(line: string): BoundCall {
  const record = parseLine(line)
  if (!record) return { id: '', project: '', at: 0, consumer: '', user: null, target: '', end: '', status: 0, line }
  const { id, project, at, consumer, user = null, target, end, status } = record
  return { id, project, at, consumer, user, target, end, status, line }
}
