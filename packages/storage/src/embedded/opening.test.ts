import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test, vi } from 'vitest'
import { addDocument, find, newDataset } from '../conformance/conformance.ts'
import { Place } from './fixtures/open.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe('opening an embedded store', () => {
  test('a second server is told where the first one runs', async () => {
    using place = new Place()
    await using store = await place.open()
    store.announce('http://127.0.0.1:8080')
    await expect(place.open()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(`process ${process.pid} at http://127.0.0.1:8080`),
    })
  })

  test('a data directory that is a file is named, with what to do', async () => {
    using place = new Place()
    mkdirSync(dirname(place.directory), { recursive: true })
    writeFileSync(place.directory, 'x')
    await expect(place.open()).rejects.toMatchObject({
      code: 'invalid_request',
      message: `the data directory ${place.directory} cannot be used: it is a file; choose another with --data`,
    })
  })

  test('what a dead server left beside the lock is no obstacle', async () => {
    using place = new Place()
    mkdirSync(place.directory, { recursive: true })
    writeFileSync(join(place.directory, 'running.json'), JSON.stringify({ process: process.pid }))
    writeFileSync(join(place.directory, 'lock.db'), '')
    await using store = await place.open()
    await store.check()
  })

  test('a wrong master key is refused and harms nothing', async () => {
    using place = new Place()
    {
      await using store = await place.open()
      await store.secrets.put('a', 'kept')
    }
    await expect(place.open({ masterKey: Buffer.alloc(32) })).rejects.toMatchObject({ code: 'unauthorized' })
    await using store = await place.open()
    expect(await store.secrets.get('a')).toBe('kept')
  })

  test('a store newer than the program is refused', async () => {
    using place = new Place()
    await (await place.open())[Symbol.asyncDispose]()
    const database = new DatabaseSync(join(place.directory, 'store.db'))
    database.exec('PRAGMA user_version=999')
    database.close()
    await expect(place.open()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('newer program') })
  })

  test('what an older tokeniser indexed is indexed again', async () => {
    using place = new Place()
    let dataset = ''
    {
      await using store = await place.open()
      dataset = await newDataset(store)
      await addDocument(store, { dataset }, ['pelican', 'heron'])
    }
    const database = new DatabaseSync(join(place.directory, 'store.db'))
    const terms = () => database.prepare('SELECT field, term, df FROM dataset_term ORDER BY field, term').all()
    const before = terms()
    database.exec('UPDATE dataset SET tokenizer = 0; DELETE FROM dataset_term; DELETE FROM segment_fts_1; UPDATE dataset SET segments = 99')
    {
      await using store = await place.open()
      expect(await find(store, [dataset], ['everyone'], 'pelican')).toHaveLength(1)
    }
    expect(terms()).toEqual(before)
    expect(database.prepare('SELECT segments, documents FROM dataset').get()).toEqual({ segments: 2, documents: 1 })
    database.close()
  })

  test('a destroyed key is nowhere in the files', async () => {
    using place = new Place()
    await using store = await place.open()
    const conversation = { id: 'c', project: 'default', app: 'a', owner: 'user:mara', name: 'n', createdAt: 1, updatedAt: 1 }
    await store.conversations.put(conversation)
    const database = new DatabaseSync(join(place.directory, 'store.db'), { readOnly: true })
    const wrapped = Buffer.from(database.prepare('SELECT wrapped FROM data_key').get()!.wrapped as Uint8Array)
    database.close()
    const files = () => ['store.db', 'store.db-wal'].map((name) => readFileSync(join(place.directory, name)))
    expect(files().some((bytes) => bytes.includes(wrapped))).toBe(true)
    expect(await store.contents.erase('user:mara')).toBe(1)
    expect(files().some((bytes) => bytes.includes(wrapped))).toBe(false)
  })

  test('heads inside the data directory are refused', async () => {
    using place = new Place()
    await expect(place.open({ headsFile: join(place.directory, 'heads') })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('what is secret is not readable in the files', async () => {
    using place = new Place()
    {
      await using store = await place.open()
      await store.secrets.put('vendor', 'tangerine-secret')
      await store.records.put('session', 'a', { word: 'tangerine-record' })
      const conversation = { id: 'c', project: 'default', app: 'a', owner: 'user:mara', name: 'tangerine-name', createdAt: 1, updatedAt: 1 }
      await store.conversations.put(conversation)
    }
    const database = new DatabaseSync(join(place.directory, 'store.db'))
    const bytes = ['secret', 'record', 'conversation'].flatMap((table) => database.prepare(`SELECT * FROM ${table}`).all())
    database.close()
    const text = bytes
      .flatMap(Object.values)
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
    expect(text.join('\n')).not.toContain('tangerine')
  })
})
