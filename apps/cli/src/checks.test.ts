import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ServeOptions } from '@gatehouse/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Check, examine, type Surroundings } from './checks.ts'

let folder: string
let data: string
let home: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
  data = join(folder, 'data')
  home = join(folder, 'home')
  mkdirSync(data, { mode: 0o700 })
  mkdirSync(home, { mode: 0o700 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const headsFileOf = ({ environment }: { environment: Readonly<Record<string, string | undefined>> }) =>
  environment.GATEHOUSE_AUDIT_HEADS ?? join(home, 'audit-heads.jsonl')
const intact = { intact: true, chains: [{ writer: 'w', records: 4, heads: 1, intact: true }], batches: 1, problems: [] }
const status = async () => ({
  ...{ kind: 'sqlite' as const, version: existsSync(join(data, 'store.db')) ? 3 : 0, newest: 3, bytes: 1, pending: 0 },
  ...{ documents: 0, segments: 0, calls: 0, writers: 1, unfinishedRestore: false },
})
const server = {
  loadMasterKey: () => Buffer.alloc(32),
  headsFileOf,
  checkBlobs: async () => undefined,
  installation: { status, verifyAudit: async () => intact },
} satisfies Surroundings['server']

async function examined(changed: Partial<Surroundings> = {}, place: Partial<ServeOptions> = {}): Promise<Record<string, Check>> {
  const around: Surroundings = {
    place: { ...{ data, home, environment: {}, host: '127.0.0.1', controlHost: '127.0.0.1' }, ...place },
    nodeVersion: '24.21.0',
    ports: [{ name: 'data plane', port: 0 }],
    root: folder,
    server,
    ...changed,
  }
  return Object.fromEntries((await examine(around)).map((check) => [check.name, check]))
}
const keep = (path: string) => writeFileSync(path, 'x', { mode: 0o600 })
const makeStore = () => new DatabaseSync(join(data, 'store.db')).exec('CREATE TABLE t(a)')

test('before the first start nothing fails, and whoever worries is told that it is made', async () => {
  rmSync(data, { recursive: true })
  const checks = await examined()
  expect(Object.values(checks).filter(({ level }) => level === 'fail')).toEqual([])
  expect(checks['data directory']?.advice).toContain('gatehouse serve')
  expect(checks['master key']).toMatchObject({ level: 'warn', advice: expect.stringContaining('first start') })
})

test('a store in order is counted', async () => {
  makeStore()
  keep(join(home, 'master.key'))
  keep(join(home, 'audit-heads.jsonl'))
  const checks = await examined()
  expect(checks.store).toMatchObject({ level: 'ok', message: `${data} is in order, the audit is intact (4 records)` })
  expect(checks['audit heads']).toMatchObject({ level: 'ok', message: expect.stringContaining('1 signed') })
})

test('an object store is asked, and named without its settings', async () => {
  const blobs = 's3://company/gatehouse?endpoint=https://s3.example.com'
  expect((await examined()).blobs).toMatchObject({ level: 'ok', message: 'files of the data directory' })
  expect((await examined({}, { blobs })).blobs).toMatchObject({ level: 'ok', message: 's3://company/gatehouse answers' })
  const checkBlobs = () => Promise.reject(new Error('there is no bucket company in the object store: make it first'))
  expect((await examined({ server: { ...server, checkBlobs } }, { blobs })).blobs).toMatchObject({
    level: 'fail',
    message: expect.stringContaining('no bucket company'),
  })
})

test('an audit that is not intact, a damaged database and an unreadable key fail', async () => {
  makeStore()
  keep(join(home, 'master.key'))
  const problems = [{ writer: 'w', sequence: 1, kind: 'edit' as const, message: 'the record was changed' }]
  const edited = { status, verifyAudit: async () => ({ ...intact, intact: false, problems }) }
  expect((await examined({ server: { ...server, installation: edited } })).store).toMatchObject({
    level: 'fail',
    message: expect.stringContaining('the record was changed'),
  })
  const wrong = () => {
    throw new Error('other people may read the master key')
  }
  expect((await examined({ server: { ...server, loadMasterKey: wrong } }))['master key']).toMatchObject({
    level: 'fail',
    message: 'other people may read the master key',
  })
  writeFileSync(join(data, 'store.db'), 'this is no database, whatever its name says')
  expect((await examined()).store?.level).toBe('fail')
})

test('a shared store is asked for its state, whatever lies in the data directory, and named without its password', async () => {
  keep(join(home, 'master.key'))
  const storeUrl = 'postgres://gatehouse:secret@db.example.com:5432/company'
  const of = (version: number) => ({
    ...server,
    installation: { ...server.installation, status: async () => ({ ...(await status()), version }) },
  })
  expect((await examined({ server: of(3) }, { storeUrl })).store).toEqual({
    name: 'store',
    level: 'ok',
    message: 'database company at db.example.com:5432 is in order, the audit is intact (4 records)',
  })
  expect((await examined({ server: of(4) }, { storeUrl })).store).toMatchObject({
    level: 'fail',
    message: expect.stringContaining('version 4'),
  })
})

test('a key or heads that are gone, while there is a store, are no small matter', async () => {
  makeStore()
  const checks = await examined()
  expect(checks['master key']?.level).toBe('fail')
  expect(checks['audit heads']?.level).toBe('warn')
})

test('a key and heads in the data directory fail: who copies one has the other', async () => {
  const environment = { GATEHOUSE_MASTER_KEY_FILE: join(data, 'key'), GATEHOUSE_AUDIT_HEADS: join(data, 'heads') }
  const checks = await examined({}, { environment })
  expect([checks['master key']?.level, checks['audit heads']?.level]).toEqual(['fail', 'fail'])
})

test('a data directory others may look into is a warning', async () => {
  chmodSync(data, 0o755)
  expect((await examined())['data directory']).toMatchObject({ level: 'warn', advice: `chmod 700 ${data}` })
})

test('a server that holds the store is named; one that died is none', async () => {
  writeFileSync(join(data, 'running.json'), JSON.stringify({ process: process.pid, address: 'http://127.0.0.1:8081' }))
  expect((await examined()).lock?.message).toBe(`in use by process ${process.pid} at http://127.0.0.1:8081`)
  writeFileSync(join(data, 'running.json'), JSON.stringify({ process: 2 ** 30 }))
  expect((await examined()).lock?.message).toContain('free')
})

test('a port somebody else holds is a warning', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  try {
    expect((await examined({ ports: [{ name: 'data plane', port }] })).ports).toMatchObject({
      level: 'warn',
      message: `${port} (data plane) in use by another program`,
    })
  } finally {
    other.close()
  }
})

test('an old Node fails', async () => expect((await examined({ nodeVersion: '20.1.0' })).node?.level).toBe('fail'))
