import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure } from '../failure.ts'
import { run } from '../run.ts'
import { scriptedTerminal } from '../scripted-terminal.ts'
import type { ServerFace } from '../server-face.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
  writeFileSync(join(folder, 'master.key'), Buffer.alloc(32).toString('base64'), { mode: 0o600 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Tools = ServerFace['installation']
const status = {
  kind: 'sqlite',
  version: 3,
  newest: 3,
  bytes: 3 << 20,
  documents: 4,
  segments: 40,
  calls: 9,
  writers: 2,
  pending: 1,
  unfinishedRestore: false,
} as const
const manifest: NonNullable<Awaited<ReturnType<Tools['checkBackup']>>['manifest']> = {
  ...{
    format: 1,
    id: 'b1',
    at: Date.UTC(2026, 10, 24),
    program: '1.2.3',
    kind: 'sqlite',
    store: 3,
    fingerprint: 'f'.repeat(32),
    dimensions: [],
    files: [],
  },
  ...{ rows: { document: 4, conversation: 1, call: 9, audit: 12 }, blobs: { count: 8, bytes: 2048, missing: 0 } },
}
const intact = { intact: true, chains: [], batches: 1, problems: [] }

/** What the server makes of the arguments. */
const parseOptions: ServerFace['parseOptions'] = (args, environment) => {
  const options = { data: { type: 'string' }, store: { type: 'string' }, home: { type: 'string' }, blobs: { type: 'string' } } as const
  const { data = folder, store, home = folder } = parseArgs({ args: [...args], options }).values
  return { data, home, host: '', controlHost: '', environment, ...(store === undefined ? {} : { storeUrl: store }) }
}

const terminalWith = (tools: Partial<Tools>) =>
  scriptedTerminal({
    environment: { GATEHOUSE_HOME: folder },
    server: { parseOptions, loadMasterKey: () => Buffer.alloc(32), installation: tools as Tools },
  })

test('status tells what is there, and ends with 2 when no server of this version could start on it', async () => {
  const terminal = terminalWith({ status: async () => status })
  expect(await run(['db', 'status', '--data', folder], terminal)).toBe(0)
  expect(terminal.written.out).toMatch(
    /version +3, current\nsize +3\.0 MiB\ndocuments +4, in 40 segments\ncalls +9, and 1 in the journal\naudit +2 chains/,
  )
  for (const [change, told] of [
    [{ version: 9 }, 'knows versions up to 3'],
    [{ unfinishedRestore: true }, 'did not finish'],
  ] as const) {
    const other = terminalWith({ status: async () => ({ ...status, ...change }) })
    expect(await run(['db', 'status'], other)).toBe(2)
    expect(other.written.err).toContain(told)
  }
  expect(await run(['db', 'status'], terminalWith({ status: async () => ({ ...status, version: 0 }) }))).toBe(1)
})

test('the password of a database is never shown', async () => {
  const terminal = terminalWith({ status: async () => ({ ...status, kind: 'postgresql' }) })
  expect(await run(['db', 'status', '--store', 'postgres://gatehouse:hunter2@db.example:5432/main'], terminal)).toBe(0)
  expect(terminal.written.out).toContain('postgresql, database main at db.example:5432')
  expect(terminal.written.out + terminal.written.err).not.toContain('hunter2')
})

test('a backup goes where it is told, in a directory that exists under its date, and says that the key is not in it', async () => {
  const backUp = vi.fn<Tools['backUp']>(async (_, { to }) => ({ path: to, manifest, cleared: true, recorded: true }))
  const terminal = terminalWith({ backUp })
  expect(await run(['db', 'backup', '--to', join(folder, 'new')], terminal)).toBe(0)
  mkdirSync(join(folder, 'all'))
  mkdirSync(join(folder, 'all/gatehouse-yesterday.unfinished'))
  expect(await run(['db', 'backup', '--to', join(folder, 'all')], terminal)).toBe(0)
  writeFileSync(join(folder, 'all/manifest.json'), '{}')
  expect(await run(['db', 'backup', '--to', join(folder, 'all')], terminal)).toBe(1)
  expect(backUp.mock.calls.map(([, { to }]) => to)).toEqual([join(folder, 'new'), join(folder, 'all/gatehouse-2026-11-24T12-00-00Z')])
  expect(terminal.written.out).toMatch(/master key +not in it/)
  expect(terminal.written.err).toMatch(/gatehouse-yesterday\.unfinished was left by a backup that was interrupted/)
})

test('without the master key nothing is backed up or restored, and no key is made', async () => {
  rmSync(join(folder, 'master.key'))
  for (const args of [
    ['backup', '--to', join(folder, 'b')],
    ['restore', '--from', folder],
    ['restore', '--from', folder, '--verify'],
  ]) {
    const terminal = terminalWith({})
    expect(await run(['db', ...args], terminal)).toBe(1)
    expect(terminal.written.err).toContain('bring your copy of it back')
  }
  expect(existsSync(join(folder, 'master.key'))).toBe(false)
})

test('a backup that is not in order is not restored: 2; one of another key is not allowed: 3', async () => {
  const damaged = { manifest, problems: ['tables/call.ndjson.gz was changed'], audit: undefined }
  const terminal = terminalWith({ restore: async () => ({ ...damaged, recordsLost: 0 }), checkBackup: async () => damaged })
  expect(await run(['db', 'restore', '--from', folder, '--data', join(folder, 'data')], terminal)).toBe(2)
  expect(terminal.written.err).toContain('nothing was restored')
  expect(await run(['db', 'restore', '--from', folder, '--verify'], terminal)).toBe(2)
  expect(terminal.written.out).toContain('tables/call.ndjson.gz was changed')
  const foreign = terminalWith({ checkBackup: () => Promise.reject(new Failure('unauthorized', 'the master key is not the one')) })
  expect(await run(['db', 'restore', '--from', folder, '--verify'], foreign)).toBe(3)
})

test('a restore says what it did; an audit that was broken before ends with 2 all the same', async () => {
  const restored = { manifest, problems: [], audit: intact, headsSetAside: '/heads.before', recordsLost: 7 }
  const terminal = terminalWith({ restore: async () => restored })
  expect(await run(['db', 'restore', '--from', folder, '--data', join(folder, 'data')], terminal)).toBe(0)
  expect(terminal.written.out).toMatch(/audit +intact.*\nheads .*\/heads\.before\nlost +7 audit records written after the backup/)
  const broken = terminalWith({ restore: async () => ({ ...restored, audit: { ...intact, intact: false } }) })
  expect(await run(['db', 'restore', '--from', folder], broken)).toBe(2)
})

test('migrate says from where to where', async () => {
  const terminal = terminalWith({ migrate: async () => ({ from: 2, to: 3 }) })
  expect(await run(['db', 'migrate', '-o', 'json'], terminal)).toBe(0)
  expect(JSON.parse(terminal.written.out)).toEqual({ from: 2, to: 3 })
})
