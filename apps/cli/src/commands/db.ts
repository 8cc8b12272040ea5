import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ServeOptions } from '@gatehouse/server'
import type { Command } from 'commander'
import { existingMasterKey } from '../existing-key.ts'
import { Failure } from '../failure.ts'
import { instant, paint, plural, show } from '../output.ts'
import type { ServerFace } from '../server-face.ts'
import { progressOf, type Settings, settingsOf } from '../settings.ts'
import { nameOf, type PlaceOptions, storeAt } from '../store-place.ts'
import { printable, type Terminal } from '../terminal.ts'
import { version } from '../version.ts'

type Status = Awaited<ReturnType<ServerFace['installation']['status']>>
type Made = Awaited<ReturnType<ServerFace['installation']['backUp']>>
type Checked = Awaited<ReturnType<ServerFace['installation']['checkBackup']>>
type Restored = Awaited<ReturnType<ServerFace['installation']['restore']>>

export function addDatabase(program: Command, terminal: Terminal): void {
  const group = program
    .command('db')
    .helpCommand(false)
    .summary('the store: its state, backup and restore')
    .description(
      'The store of an installation: look at it, lift it to this version, back it up, restore it. Needs no server, and minds none.',
    )
  addStatus(group, terminal)
  addMigrate(group, terminal)
  addBackup(group, terminal)
  addRestore(group, terminal)
}

function addStatus(group: Command, terminal: Terminal): void {
  withPlace(group.command('status').summary('what is in the store'))
    .description('Says what the store is, which version, and what is in it. Ends with 2 when no server of this version could start on it.')
    .action(async (options: PlaceOptions, command: Command) => {
      const { server, place } = await storeAt(terminal, options)
      const status = await server.installation.status(place)
      if (status.version === 0)
        throw new Failure('not_found', `there is no store in ${nameOf(place)}`, {
          advice: '"gatehouse serve" makes it, or name another one',
        })
      show(terminal, settingsOf(command, terminal).output, status, () => printable(statusText(status, place)))
      if (status.unfinishedRestore)
        throw new Failure('check_failed', 'a restore into it did not finish', {
          advice: 'run "gatehouse db restore" again: it begins anew',
        })
      if (status.version > status.newest)
        throw new Failure('check_failed', `the store is of version ${status.version}, this program knows versions up to ${status.newest}`, {
          advice: 'use the newer program that wrote it',
        })
    })
}

function addMigrate(group: Command, terminal: Terminal): void {
  withPlace(group.command('migrate').summary('lift the store to this version'))
    .description(
      'Brings the tables to this program’s version, as the start of a server does; there is no way back but a backup. A store that is newer than this program is refused.',
    )
    .action(async (options: PlaceOptions, command: Command) => {
      const { server, place } = await storeAt(terminal, options)
      const { from, to } = await server.installation.migrate(place)
      show(terminal, settingsOf(command, terminal).output, { from, to }, () =>
        from === to ? `version ${to} already: nothing to do` : `from version ${from} to ${to}`,
      )
    })
}

function addBackup(group: Command, terminal: Terminal): void {
  withBlobs(withPlace(group.command('backup').summary('copy everything, while the server runs')))
    .description(
      'Writes one consistent copy of the store, the documents and the audit heads, with checksums, signed with the master key. The server may run. The master key is not in it: keep a copy of the key elsewhere.',
    )
    .requiredOption('--to <directory>', 'a directory that does not exist yet; in one that exists, a dated one is made')
    .action(async (options: PlaceOptions & { to: string }, command: Command) => {
      const settings = settingsOf(command, terminal)
      const { server, place } = await storeAt(terminal, options)
      const progress = progressOf(terminal, settings)
      const to = targetOf(options.to, terminal)
      for (const name of unfinishedBeside(to)) progress(`${name} was left by a backup that was interrupted, or is being written`)
      const masterKey = existingMasterKey(terminal, server, place)
      const made = await server.installation.backUp(place, { to, program: version, masterKey, progress })
      if (made.cleared) progress('removed what an interrupted backup had left there')
      show(terminal, settings.output, summaryOf(made), () => printable(backupText(made)))
      if (made.manifest.blobs.missing > 0)
        progress(
          `${plural(made.manifest.blobs.missing, 'document')} had no file: removed while the backup was made, or missing in the store`,
        )
    })
}

function addRestore(group: Command, terminal: Terminal): void {
  withBlobs(withPlace(group.command('restore').summary('bring a backup back')))
    .description(
      'Checks a backup whole, then writes it into an empty data directory or database, of either kind, and verifies the result. With --verify only checks it. Ends with 2 when the backup or the result is not in order. Everybody signs in again afterwards.',
    )
    .requiredOption('--from <directory>', 'the backup')
    .option('--verify', 'check the backup and change nothing')
    .action(async (options: PlaceOptions & { from: string; verify?: true }, command: Command) => {
      const settings = settingsOf(command, terminal)
      const { server, place } = await storeAt(terminal, options)
      const masterKey = existingMasterKey(terminal, server, place)
      const from = resolve(options.from)
      if (options.verify) return verify(terminal, settings, await server.installation.checkBackup({ from, masterKey }))
      const progress = progressOf(terminal, settings)
      const restored = await server.installation.restore(place, { from, masterKey, progress })
      reportRestored(terminal, settings, restored, place)
    })
}

const withPlace = (command: Command) =>
  command
    .option('--data <directory>', 'data directory (default: "data", or GATEHOUSE_DATA)')
    .option('--store <address>', 'postgres://… when the store is in a database (default: GATEHOUSE_STORE)')
    .option('--home <directory>', 'where the master key and the exported audit heads are (default: GATEHOUSE_HOME)')

const withBlobs = (command: Command) =>
  command.option('--blobs <address>', 's3://… when the bytes of documents are in a bucket (default: GATEHOUSE_BLOBS)')

function targetOf(to: string, terminal: Terminal): string {
  if (!statSync(to, { throwIfNoEntry: false })?.isDirectory()) return resolve(to)
  if (existsSync(join(to, 'manifest.json')))
    throw new Failure('conflict', `${resolve(to)} is a backup already`, { advice: 'name a new directory, or the one above it' })
  const time = new Date(terminal.now()).toISOString().slice(0, 19).replaceAll(':', '-')
  return resolve(to, `gatehouse-${time}Z`)
}

function unfinishedBeside(to: string): string[] {
  const folder = resolve(to, '..')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.unfinished') && join(folder, name) !== `${to}.unfinished`)
    .map((name) => join(folder, name))
}

function statusText(status: Status, place: ServeOptions): string {
  const { kind, version: found, newest, bytes, documents, segments, calls, writers, pending, running } = status
  const state =
    found === newest
      ? 'current'
      : found < newest
        ? `older than this program (${newest}): the next start lifts it`
        : 'newer than this program'
  return lines([
    ['store', `${kind}, ${nameOf(place)}`],
    ['version', `${found}, ${state}`],
    ['size', sizeOf(bytes)],
    ['documents', `${documents}, in ${plural(segments, 'segment')}`],
    ['calls', `${calls}${pending > 0 ? `, and ${pending} in the journal` : ''}`],
    ['audit', plural(writers, 'chain')],
    ['server', running ? `process ${running.process}${running.address ? ` at ${running.address}` : ''}` : 'none on this data directory'],
  ])
}

const summaryOf = ({ path, recorded, manifest: { files: _, ...manifest } }: Made) => ({ path, recorded, ...manifest })

function backupText({ path, recorded, manifest }: Made): string {
  const { blobs } = manifest
  return lines([
    ['backup', path],
    ['taken', `${instant(manifest.at)} UTC, from ${manifest.kind} version ${manifest.store}, by gatehouse ${manifest.program}`],
    ['holds', contentsText(manifest)],
    ['files', `${plural(blobs.count, 'blob')}, ${sizeOf(blobs.bytes)}`],
    ['master key', `not in it; its fingerprint is ${manifest.fingerprint.slice(0, 12)}… – keep a copy of the key elsewhere`],
    ['sessions', 'not in it: after a restore everybody signs in again'],
    [
      'audit',
      recorded ? 'recorded as store.backup' : 'not recorded: only the command itself can, on a data directory without a running server',
    ],
  ])
}

const contentsText = ({ rows }: Made['manifest']) =>
  `${plural(rows.document ?? 0, 'document')}, ${plural(rows.conversation ?? 0, 'conversation')}, ${plural(rows.call ?? 0, 'call')}, ${plural(rows.audit ?? 0, 'audit record')}`

function verify(terminal: Terminal, { output }: Settings, { manifest, problems, audit }: Checked): void {
  const facts = manifest && { id: manifest.id, at: manifest.at, program: manifest.program, rows: manifest.rows, blobs: manifest.blobs }
  show(terminal, output, { intact: problems.length === 0 && audit?.intact === true, ...facts, problems, audit }, () =>
    printable(manifest && problems.length === 0 ? checkedText(terminal, manifest, audit) : problems.join('\n')),
  )
  refuse(problems, 'take another backup')
  if (audit && !audit.intact) throw auditFailure('the audit in it is not intact')
}

const checkedText = (terminal: Terminal, manifest: Made['manifest'], audit: Checked['audit']) =>
  lines([
    ['backup', `of ${instant(manifest.at)} UTC, every file as it was written`],
    ['holds', contentsText(manifest)],
    ['audit', audit?.intact ? paint(terminal, 'green', 'intact') : paint(terminal, 'red', 'NOT intact')],
  ])

function reportRestored(terminal: Terminal, { output }: Settings, restored: Restored, place: ServeOptions): void {
  const { manifest, problems, audit, headsSetAside, recordsLost } = restored
  show(terminal, output, { restored: audit !== undefined && problems.length === 0, problems, audit, headsSetAside, recordsLost }, () =>
    printable(manifest && audit ? restoredText(restored, place) : problems.join('\n')),
  )
  if (audit === undefined) refuse(problems, 'nothing was restored; take another backup')
  refuse(problems, 'no server starts on it; run it again, or take another backup')
  if (audit && !audit.intact) throw auditFailure('everything is restored, but the audit is not intact')
}

function restoredText({ manifest, audit, headsSetAside, recordsLost, problems }: Restored, place: ServeOptions): string {
  return lines([
    ['restored', `into ${nameOf(place)}`],
    ['holds', manifest ? contentsText(manifest) : ''],
    ['audit', audit?.intact ? 'intact, against the heads of the backup' : 'NOT intact'],
    ...(headsSetAside ? [['heads', `those exported here before are kept in ${headsSetAside}`] as const] : []),
    ...(recordsLost > 0 ? [['lost', `${plural(recordsLost, 'audit record')} written after the backup`] as const] : []),
    ...problems.map((problem) => ['problem', problem] as const),
    [
      'next',
      problems.length > 0 ? '–' : 'start the server with this --data or --store, its other options as before; everybody signs in again',
    ],
  ])
}

function refuse(problems: readonly string[], advice: string): void {
  if (problems.length > 0) throw new Failure('check_failed', `${plural(problems.length, 'problem')}: ${problems[0]}`, { advice })
}

const auditFailure = (message: string) =>
  new Failure('check_failed', message, { advice: 'it was not when the backup was made; compare with your copies of the heads' })

const lines = (rows: readonly (readonly [string, string])[]) => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n')
}

function sizeOf(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const at = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${at === 0 ? bytes : (bytes / 1024 ** at).toFixed(1)} ${units[at]}`
}
