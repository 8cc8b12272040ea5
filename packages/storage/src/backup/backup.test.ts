import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { uuidv7 } from '@gatehouse/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callOf, writeCall } from '../conformance/conformance.ts'
import { Place } from '../embedded/fixtures/open.ts'
import { deriveKeys } from '../keys/keys.ts'
import { verifyAudit } from '../verify-audit.ts'
import { backUp } from './back-up.ts'
import { checkBackup } from './check-backup.ts'
import { type Filled, fill, seen } from './fixtures/filled.ts'
import { writeManifest } from './manifest.ts'
import { restore } from './restore.ts'
import { tables } from './tables.ts'

const program = '1.2.3'
const target = (place: Place, name = 'new') => ({
  ...{ directory: join(place.root, name), headsFile: join(place.root, `${name}-heads.jsonl`), masterKey: place.masterKey },
})
const sourceOf = ({ directory, headsFile, masterKey }: Place) => ({ directory, headsFile, masterKey })
const everyFile = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))

/** Every row of every table but the full-text ones. */
function rowsIn(directory: string): Record<string, unknown[]> {
  const database = new DatabaseSync(join(directory, 'store.db'), { readOnly: true })
  const names = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\'")
    .all() as { name: string }[]
  const rows = names.map(
    ({ name }) =>
      [
        name,
        database
          .prepare(`SELECT * FROM "${name}"`)
          .all()
          .map((row) => ({ ...row })),
      ] as const,
  )
  database.close()
  return Object.fromEntries(rows)
}

describe('a store that is backed up and restored', () => {
  const place = new Place()
  const to = join(place.root, 'backup')
  let filled: Filled
  let before: Awaited<ReturnType<typeof seen>>
  let made: Awaited<ReturnType<typeof backUp>>
  beforeAll(async () => {
    await using store = await place.open()
    filled = await fill(store)
    before = await seen(store, filled)
    made = await backUp({ ...sourceOf(place), to, program })
  })
  afterAll(() => place[Symbol.dispose]())

  test('says what is in it, and is readable by its owner alone', () => {
    expect(made.manifest).toMatchObject({ kind: 'sqlite', program, blobs: { count: 4, missing: 0 }, dimensions: [3] })
    expect(made.manifest.rows).toMatchObject({
      document: 4,
      segment: 5,
      call: 2,
      conversation: 1,
      message: 2,
      segment_vector: 2,
      record: 1,
    })
    for (const file of everyFile(to)) expect(statSync(file).mode & 0o077, file).toBe(0)
    expect(readFileSync(join(to, 'README.txt'), 'utf8')).toContain('master key is NOT in here')
    expect(readFileSync(join(to, 'configuration.yaml'), 'utf8')).toContain('"title": "People"')
  })

  test('holds nothing in plain that the store does not', async () => {
    const plain = [
      'sk-very-secret',
      'a private question',
      'a private answer',
      place.masterKey.toString('base64'),
      place.masterKey.toString('hex'),
    ]
    const { gunzipSync } = await import('node:zlib')
    for (const file of everyFile(to).filter((one) => statSync(one).isFile())) {
      const bytes = readFileSync(file)
      const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
      for (const secret of plain) expect(text.includes(secret), `${secret} in ${file}`).toBe(false)
    }
  })

  test('shows the same to the same people, and the audit verifies', async () => {
    const where = target(place)
    const restored = await restore({ ...where, from: to })
    expect(restored).toMatchObject({ problems: [], recordsLost: 0, audit: { intact: true } })
    await using store = await place.open(where)
    expect(await seen(store, filled)).toEqual({ ...before, orphan: undefined })
    expect(before.everyone.candidates.length).toBeGreaterThan(0)
    expect(before.people.candidates.length).toBeGreaterThan(before.everyone.candidates.length)
    expect(before.nobody.candidates).toEqual([])
    expect(await store.records.get('session', 'cookie')).toBeUndefined()
    expect(await store.jobs.lease('ingest', { owner: 'two', milliseconds: 1000, limit: 1 })).toMatchObject([{ id: 'job-1', attempts: 2 }])
    expect((await store.audit.list({ action: 'store.restore' })).items).toMatchObject([{ details: { backup: made.manifest.id } }])
    expect(await store.audit.verify()).toMatchObject({ intact: true })
  })

  test.each(['tables/resource.ndjson.gz', 'blobs'])('is not restored when %s is changed after it was checked', async (path) => {
    const name = `swapped-${path.slice(0, 5)}`
    const [where, copy] = [target(place, name), join(place.root, `${name}-backup`)]
    cpSync(to, copy, { recursive: true })
    const { gunzipSync, gzipSync } = await import('node:zlib')
    const swap = () => {
      if (path !== 'blobs') {
        const rows = gunzipSync(readFileSync(join(copy, path))).toString()
        return writeFileSync(join(copy, path), gzipSync(rows.replace('People', 'Thieves')))
      }
      const blob = everyFile(join(copy, path)).find((one) => statSync(one).isFile())!
      writeFileSync(blob, 'somebody else’s')
    }
    const restoring = restore({ ...where, from: copy, progress: (text) => text === 'writing documents' && swap() })
    await expect(restoring).rejects.toThrow('the backup changed while it was read')
    await expect(place.open(where)).rejects.toThrow('did not finish')
  })

  test('has every row of every table again; what differs is named here', async () => {
    const where = target(place, 'rows')
    await restore({ ...where, from: to })
    const own = ['audit', 'audit_head', 'record', 'job', 'journal_file', 'sqlite_sequence']
    const [old, fresh] = [rowsIn(place.directory), rowsIn(where.directory)]
    expect(Object.keys(fresh).sort()).toEqual(Object.keys(old).sort())
    for (const name of Object.keys(old).filter((one) => !own.includes(one))) expect(fresh[name], name).toEqual(old[name])
    expect(fresh.audit).toEqual(expect.arrayContaining(old.audit!))
    // a destroyed key's number is not given out again
    expect(fresh.sqlite_sequence).toEqual(expect.arrayContaining(old.sqlite_sequence!))
    expect(fresh.job).toEqual(old.job!.map((job) => ({ ...(job as object), lease_until: null, lease_owner: null })))
  })

  test('is only restored into an empty directory', async () => {
    await expect(restore({ ...sourceOf(place), from: to })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/not empty.*--data/),
    })
    const where = target(place, 'strange')
    mkdirSync(where.directory)
    writeFileSync(join(where.directory, 'notes.txt'), '')
    await expect(restore({ ...where, from: to })).rejects.toThrow('not empty (notes.txt)')
  })

  test('is not restored with another key, by an older program, or from where there is none', async () => {
    const where = target(place, 'refused')
    await expect(restore({ ...where, masterKey: Buffer.alloc(32), from: to })).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(restore({ ...where, from: place.directory })).rejects.toThrow('no finished backup')
    await expect(restore({ ...where, from: join(place.root, 'nowhere') })).rejects.toMatchObject({ code: 'not_found' })
    const newer = join(place.root, 'newer')
    cpSync(to, newer, { recursive: true })
    const manifest = JSON.parse(readFileSync(join(newer, 'manifest.json'), 'utf8')) as object
    writeFileSync(join(newer, 'manifest.json'), JSON.stringify({ ...manifest, format: 99 }))
    await expect(restore({ ...where, from: newer })).rejects.toThrow('the backup is of format 99')
    expect(existsSync(where.directory)).toBe(false)
  })

  const edits: [what: string, edit: (folder: string) => void, told: RegExp][] = [
    [
      'a table is cut short',
      (folder) => writeFileSync(join(folder, 'tables/call.ndjson.gz'), readFileSync(join(folder, 'tables/call.ndjson.gz')).subarray(0, 40)),
      /tables\/call.* bytes instead of/,
    ],
    ['a table is missing', (folder) => rmSync(join(folder, 'tables/audit.ndjson.gz')), /tables\/audit\.ndjson\.gz is missing/],
    [
      'a byte of a document is changed',
      (folder) => flip(everyFile(join(folder, 'blobs')).find((file) => statSync(file).isFile())!),
      /blobs\/documents.* was changed/,
    ],
    ['the heads are changed', (folder) => flip(join(folder, 'audit-heads.jsonl')), /audit-heads\.jsonl was changed/],
    [
      'the manifest and a sum in it are changed',
      (folder) => flip(join(folder, 'manifest.json'), '"rows": {\n    "resource": 1', '"rows": {\n    "resource": 0'),
      /signature/,
    ],
    [
      'the manifest names a file outside',
      (folder) => flip(join(folder, 'manifest.json'), '"path": "README.txt"', '"path": "../README"'),
      /signature/,
    ],
    ['a file is a link', (folder) => link(join(folder, 'README.txt')), /README\.txt is a link/],
    ['a directory is a link', (folder) => link(join(folder, 'tables')), /behind a link/],
  ]
  test.each(edits)('is not restored when %s', async (what, edit, told) => {
    const folder = join(place.root, `edited ${what}`)
    cpSync(to, folder, { recursive: true })
    edit(folder)
    const where = target(place, 'untouched')
    const { problems, audit } = await restore({ ...where, from: folder })
    expect(problems.join('\n')).toMatch(told)
    expect(audit).toBeUndefined()
    expect(existsSync(where.directory)).toBe(false)
    expect((await checkBackup({ from: folder, masterKey: place.masterKey })).problems).toEqual(problems)
  })

  test('leads nowhere outside, even when who signed it wanted to', async () => {
    const folder = join(place.root, 'leading')
    cpSync(to, folder, { recursive: true })
    const { signature: _, ...manifest } = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8')) as typeof made.manifest & {
      signature: string
    }
    writeFileSync(join(place.root, 'outside'), 'secret')
    const files = ['../outside', '/etc/hostname', 'tables/../../outside', '.hidden'].map((path) => ({ path, bytes: 6, sha256: 'x' }))
    writeFileSync(join(folder, 'manifest.json'), writeManifest({ ...manifest, files }, deriveKeys(place.masterKey)))
    const { problems } = await restore({ ...target(place, 'untouched'), from: folder })
    expect(problems).toHaveLength(4)
    for (const problem of problems) expect(problem).toContain('is no name of a file in a backup')
  })

  test('can be checked without restoring it, chains and all', async () => {
    expect(await checkBackup({ from: to, masterKey: place.masterKey })).toMatchObject({ problems: [], audit: { intact: true, batches: 1 } })
  })
})

const flip = (file: string, from?: string, into = '') => {
  const bytes = readFileSync(file)
  if (from === undefined) bytes[bytes.length >> 1]! ^= 1
  const after = from === undefined ? bytes : bytes.toString().replace(from, into)
  expect(from === undefined || after !== bytes.toString()).toBe(true)
  writeFileSync(file, after)
}
const link = (path: string) => {
  renameSync(path, `${path}.real`)
  symlinkSync(`${path}.real`, path)
}

describe('while a server writes', () => {
  test('a backup has every call that was acknowledged before it began, each once', async () => {
    using place = new Place()
    await using store = await place.open()
    const acknowledged: string[] = []
    let writing = true
    const writer = async () => {
      while (writing) {
        const id = uuidv7()
        await writeCall(store, callOf({ id }))
        acknowledged.push(id)
      }
    }
    const writers = [writer(), writer(), writer()]
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = [...acknowledged]
    try {
      await backUp({ ...sourceOf(place), to: join(place.root, 'backup'), program })
    } finally {
      writing = false
      await Promise.all(writers)
    }
    const where = target(place)
    expect(await restore({ ...where, from: join(place.root, 'backup') })).toMatchObject({ problems: [], audit: { intact: true } })
    const rows = rowsIn(where.directory).call!
    const kept = new Set(rows.map((row) => (row as { id: string }).id))
    expect(before.length).toBeGreaterThan(10)
    expect(before.filter((id) => !kept.has(id))).toEqual([])
    expect(kept.size).toBe(rows.length)
  })
})

describe('what was interrupted', () => {
  test('an unfinished backup is no backup, and making it again clears it away', async () => {
    using place = new Place()
    await (await place.open())[Symbol.asyncDispose]()
    const to = join(place.root, 'backup')
    mkdirSync(`${to}.unfinished/tables`, { recursive: true })
    new DatabaseSync(join(`${to}.unfinished`, 'lock.db')).exec('CREATE TABLE t(a)')
    await expect(checkBackup({ from: to, masterKey: place.masterKey })).rejects.toThrow('was interrupted')
    expect(await backUp({ ...sourceOf(place), to, program })).toMatchObject({ cleared: true })
    expect(existsSync(`${to}.unfinished`)).toBe(false)
    await expect(backUp({ ...sourceOf(place), to, program })).rejects.toThrow('exists already')
    mkdirSync(join(place.root, 'other.unfinished'))
    writeFileSync(join(place.root, 'other.unfinished/thesis.txt'), '')
    await expect(backUp({ ...sourceOf(place), to: join(place.root, 'other'), program })).rejects.toThrow('no unfinished backup')
  })

  test('no server starts on half a restore; the next restore begins anew', async () => {
    using place = new Place()
    const store = await place.open()
    const filled = await fill(store)
    await store[Symbol.asyncDispose]()
    const to = join(place.root, 'backup')
    await backUp({ ...sourceOf(place), to, program })
    const where = target(place)
    await restore({ ...where, from: to })
    // as a killed one leaves it
    writeFileSync(join(where.directory, 'restoring.json'), JSON.stringify({ from: to }))
    const database = new DatabaseSync(join(where.directory, 'store.db'))
    database.exec('DELETE FROM message')
    database.close()
    await expect(backUp({ ...where, to: `${to}2`, program })).rejects.toThrow('did not finish')
    await expect(place.open(where)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(`db restore --from ${to}`) })
    expect(await restore({ ...where, from: to })).toMatchObject({ problems: [], audit: { intact: true } })
    await using again = await place.open(where)
    expect(await again.conversations.messages(filled.conversation)).toHaveLength(2)
  })

  test('heads that were exported here later are kept beside, and the records they speak of are counted as lost', async () => {
    using place = new Place()
    const store = await place.open()
    await fill(store)
    const to = join(place.root, 'backup')
    await backUp({ ...sourceOf(place), to, program })
    for (let at = 0; at < 7; at++) await store.audit.append({ at, project: 'default', actor: 'system', action: 'test.later' })
    await store[Symbol.asyncDispose]()
    rmSync(place.directory, { recursive: true })
    const restored = await restore({ ...sourceOf(place), from: to })
    expect(restored).toMatchObject({ problems: [], recordsLost: 7, audit: { intact: true } })
    expect(readFileSync(restored.headsSetAside!, 'utf8')).toContain('signature')
    expect(verifyAudit(sourceOf(place)).intact).toBe(true)
  })

  test('a full or forbidden place is told in words', async () => {
    using place = new Place()
    await (await place.open())[Symbol.asyncDispose]()
    await expect(backUp({ ...sourceOf(place), to: join(place.directory, 'backup'), program })).rejects.toThrow('outside the data directory')
    if (process.getuid?.() === 0) return // may write anywhere
    mkdirSync(join(place.root, 'closed'))
    chmodSync(join(place.root, 'closed'), 0o500)
    await expect(backUp({ ...sourceOf(place), to: join(place.root, 'closed/backup'), program })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })
})

test('a chain that was cut in the store before the backup is found in the backup', async () => {
  using place = new Place()
  const store = await place.open()
  await fill(store)
  await store[Symbol.asyncDispose]()
  const database = new DatabaseSync(join(place.directory, 'store.db'))
  database.exec("UPDATE call SET line = replace(line, 'handbook', 'someother') WHERE target = 'handbook'")
  database.close()
  const to = join(place.root, 'backup')
  await backUp({ ...sourceOf(place), to, program })
  const { problems, audit } = await checkBackup({ from: to, masterKey: place.masterKey })
  expect(problems).toEqual([])
  expect(audit).toMatchObject({ intact: false, problems: [{ kind: 'batch' }] })
})

test('every table has an order and columns of its own', () => {
  for (const { name, columns, order } of tables) for (const column of order) expect(Object.keys(columns), name).toContain(column)
})
