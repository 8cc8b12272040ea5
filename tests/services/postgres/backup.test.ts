import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { uuidv7 } from '@gatehouse/kernel'
import { backUp, DirectoryBlobs, type InstallationPlace, installationStatus, migrateStore, restore } from '@gatehouse/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Filled, fill, seen } from '../../../packages/storage/src/backup/fixtures/filled.ts'
import { callOf } from '../../../packages/storage/src/conformance/conformance.ts'
import { Place } from '../../../packages/storage/src/embedded/fixtures/open.ts'
import { SharedPlace } from '../../../packages/storage/src/postgres/fixtures/open.ts'
import { PostgresServer } from '../../../packages/storage/src/postgres/fixtures/server.ts'

const server = await PostgresServer.start(process.env.GATEHOUSE_SERVICE_POSTGRES ?? 'postgres')
afterAll(() => server[Symbol.asyncDispose]())
const program = '1.2.3'

/** One process of a shared store, as a place to back up from or restore into. */
const placeOf = (place: SharedPlace, name = 'one'): InstallationPlace => ({
  ...{ url: place.url, directory: place.directoryOf(name), headsFile: place.headsFile, masterKey: place.masterKey },
  blobs: new DirectoryBlobs(join(place.root, 'blobs')),
})

/** An empty database for what another place's key opens. */
async function emptyPlace(masterKey: Buffer): Promise<SharedPlace> {
  const place = new SharedPlace(await server.makeDatabase())
  return Object.assign(place, { masterKey })
}

/** Every row of every table. */
async function rowsIn(url: string): Promise<Record<string, unknown[]>> {
  const names = await server.run<{ name: string }>(
    url,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  )
  const rows: Record<string, unknown[]> = {}
  for (const { name } of names) {
    const found = await server.run<{ row: unknown }>(url, `SELECT to_jsonb(t) AS row FROM "${name}" t ORDER BY to_jsonb(t)::text`)
    rows[name] = found.map(({ row }) => row)
  }
  return rows
}

const indexesOf = (url: string) => server.run(url, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname")

describe('a shared store that is backed up while it serves', () => {
  const open: SharedPlace[] = []
  let place: SharedPlace
  let to: string
  let filled: Filled
  let before: Awaited<ReturnType<typeof seen>>
  beforeAll(async () => {
    place = new SharedPlace(await server.makeDatabase())
    open.push(place)
    to = join(place.root, 'backup')
    await using store = await place.open('one')
    filled = await fill(store)
    before = await seen(store, filled)
    const made = await backUp({ ...placeOf(place), to, program })
    expect(made.manifest).toMatchObject({ kind: 'postgresql', blobs: { count: 4, missing: 0 }, dimensions: [3] })
  })
  afterAll(() => {
    for (const each of open) each[Symbol.dispose]()
  })

  test('is the same in another database: searches, conversations, traces, documents; and the audit verifies', async () => {
    const fresh = await emptyPlace(place.masterKey)
    open.push(fresh)
    expect(await restore({ ...placeOf(fresh), from: to })).toMatchObject({ problems: [], audit: { intact: true }, recordsLost: 0 })
    await using store = await fresh.open('one')
    expect(await seen(store, filled)).toEqual({ ...before, orphan: undefined })
    expect(before.nobody.candidates).toEqual([])
    expect(await store.records.get('session', 'cookie')).toBeUndefined()
    expect(await store.audit.verify()).toMatchObject({ intact: true })
    // numbers go on behind those that were given
    await fill(store)
  })

  test('has every row of every table again; what differs is named here', async () => {
    const fresh = await emptyPlace(place.masterKey)
    open.push(fresh)
    await restore({ ...placeOf(fresh), from: to })
    const [old, now] = [await rowsIn(place.url), await rowsIn(fresh.url)]
    expect(Object.keys(now).sort()).toEqual(Object.keys(old).sort())
    const own = ['audit', 'audit_head', 'record', 'job', 'journal_file', 'resource_change', 'resource_clock']
    for (const name of Object.keys(old).filter((one) => !own.includes(one))) expect(now[name], name).toEqual(old[name])
    expect(await indexesOf(fresh.url)).toEqual(await indexesOf(place.url))
    expect(now.audit).toEqual(expect.arrayContaining(old.audit!))
    expect(now.job).toEqual(old.job!.map((job) => ({ ...(job as object), lease_until: null, lease_owner: null })))
  })

  test('can move to a data directory', async () => {
    using embedded = new Place()
    const where = { directory: embedded.directory, headsFile: embedded.headsFile, masterKey: place.masterKey }
    expect(await restore({ ...where, from: to })).toMatchObject({ problems: [], audit: { intact: true } })
    await using store = await embedded.open(where)
    sameButScores(await seen(store, filled), before)
  })

  test('is only restored into an empty database, and half of it never serves', async () => {
    await expect(restore({ ...placeOf(place, 'two'), from: to })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/not empty.*--store/),
    })
    const fresh = await emptyPlace(place.masterKey)
    open.push(fresh)
    await restore({ ...placeOf(fresh), from: to })
    // as a killed one leaves it
    await server.run(fresh.url, `INSERT INTO meta(key, value) VALUES ('restoring', '${to}'); DELETE FROM message`)
    await expect(backUp({ ...placeOf(fresh), to: join(place.root, 'half'), program })).rejects.toThrow('did not finish')
    await expect(fresh.open('one')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(`db restore --from ${to}`) })
    expect(await installationStatus(placeOf(fresh))).toMatchObject({ unfinishedRestore: true })
    expect(await restore({ ...placeOf(fresh), from: to })).toMatchObject({ problems: [], audit: { intact: true } })
    expect(await installationStatus(placeOf(fresh))).toMatchObject({
      unfinishedRestore: false,
      documents: 4,
      segments: 5,
      calls: 2,
      pending: 0,
    })
    await using store = await fresh.open('one')
    expect(await store.conversations.messages(filled.conversation)).toHaveLength(2)
  })

  test('takes the calls along that only the journal of its process has', async () => {
    const directory = place.directoryOf('three')
    mkdirSync(join(directory, 'journal'), { recursive: true })
    const late = uuidv7()
    writeFileSync(join(directory, 'journal', 'late.jsonl'), `${JSON.stringify(callOf({ id: late }))}\n{"torn`)
    const from = join(place.root, 'with-journal')
    expect(await installationStatus(placeOf(place, 'three'))).toMatchObject({ pending: 1 })
    await backUp({ ...placeOf(place, 'three'), to: from, program })
    const fresh = await emptyPlace(place.masterKey)
    open.push(fresh)
    expect(await restore({ ...placeOf(fresh), from })).toMatchObject({ problems: [], audit: { intact: true } })
    await using store = await fresh.open('one')
    expect(await store.calls.get('default', late)).toMatchObject({ id: late })
  })
})

/** A raw score may differ in its last digits between databases, and a distance by what half precision loses. PostgreSQL keeps no NUL in a text. */
function sameButScores(after: Awaited<ReturnType<typeof seen>>, before: Awaited<ReturnType<typeof seen>>): void {
  const found = ({ candidates, withheld }: (typeof before)['everyone']) => ({
    withheld,
    candidates: candidates
      .map(({ words, distance, title, ...rest }) => ({
        ...rest,
        title: title.replace('\0', '\ufffd'),
        words: words && Object.fromEntries(Object.entries(words).map(([name, score]) => [name, score.toPrecision(9)])),
        distance: distance?.toFixed(2),
      }))
      .sort((a, b) => (a.segment < b.segment ? -1 : 1)),
  })
  const comparable = ({ orphan: _, everyone, people, nobody, ...rest }: typeof before) => ({
    ...rest,
    everyone: found(everyone),
    people: found(people),
    nobody: found(nobody),
  })
  expect(comparable(after)).toEqual(comparable(before))
}

test('an embedded store moves up to PostgreSQL: the same answers to the same people', async () => {
  using embedded = new Place()
  const to = join(embedded.root, 'backup')
  const store = await embedded.open()
  const filled = await fill(store)
  const before = await seen(store, filled)
  await backUp({ directory: embedded.directory, headsFile: embedded.headsFile, masterKey: embedded.masterKey, to, program })
  await store[Symbol.asyncDispose]()
  using fresh = await emptyPlace(embedded.masterKey)
  expect(await restore({ ...placeOf(fresh), from: to })).toMatchObject({ problems: [], audit: { intact: true } })
  await using moved = await fresh.open('one')
  sameButScores(await seen(moved, filled), before)
})

/** `gatehouse db …` as people run it. */
const db = (home: string, ...args: string[]) => {
  const env = { PATH: process.env.PATH, HOME: home, GATEHOUSE_HOME: home, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'db', ...args], { env, encoding: 'utf8' })
  return { status, stdout, stderr }
}
const cli = join(import.meta.dirname, '../../../apps/cli/src/main.ts')

test('the command does it from the first table to the restored store, and never shows the password', { timeout: 240_000 }, async () => {
  using place = new SharedPlace(await server.makeDatabase())
  using fresh = new SharedPlace(await server.makeDatabase())
  const home = join(place.root, 'home')
  mkdirSync(home)
  writeFileSync(join(home, 'master.key'), place.masterKey.toString('base64'), { mode: 0o600 })
  const [data, to] = [place.directoryOf('one'), join(place.root, 'backup')]
  const store = place.url.replace('postgres@', 'postgres:hunter2@')
  const all = [
    db(home, 'status', '--store', store, '--data', data),
    db(home, 'migrate', '--store', store, '--data', data),
    db(home, 'migrate', '--store', store, '--data', data),
  ]
  expect(all).toMatchObject([
    { status: 1, stderr: expect.stringContaining('there is no store') },
    { status: 0 },
    { status: 0, stdout: expect.stringContaining('nothing to do') },
  ])
  const opened = await place.open('one', { blobs: new DirectoryBlobs(join(data, 'blobs')) })
  await fill(opened)
  all.push(db(home, 'backup', '--store', store, '--data', data, '--to', to))
  await opened[Symbol.asyncDispose]()
  all.push(
    db(home, 'restore', '--from', to, '--verify'),
    db(home, 'restore', '--from', to, '--store', fresh.url, '--data', fresh.directoryOf('one')),
  )
  all.push(db(home, 'status', '--store', fresh.url, '--data', fresh.directoryOf('one'), '-o', 'json'))
  for (const { status, stderr } of all.slice(3)) expect(status, stderr).toBe(0)
  expect(JSON.parse(all.at(-1)!.stdout)).toMatchObject({
    kind: 'postgresql',
    documents: 4,
    segments: 5,
    calls: 2,
    unfinishedRestore: false,
  })
  expect(JSON.stringify(all)).not.toContain('hunter2')
})

test('a database is made ready, and one that is newer is refused', async () => {
  using place = await emptyPlace(Buffer.alloc(32, 1))
  expect(await migrateStore({ url: place.url })).toMatchObject({ from: 0 })
  await server.run(place.url, "UPDATE meta SET value = '99' WHERE key = 'version'")
  await expect(migrateStore({ url: place.url })).rejects.toMatchObject({ code: 'conflict' })
  await expect(backUp({ ...placeOf(place), to: join(place.root, 'b'), program })).rejects.toMatchObject({ code: 'conflict' })
})
