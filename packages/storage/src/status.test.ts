import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { addDocument, callOf, newDataset, writeCall } from './conformance/conformance.ts'
import { Place } from './embedded/fixtures/open.ts'
import { migrateStore, statusOf } from './status.ts'

test('where there is no store the status says so, and nothing is made', async () => {
  using place = new Place()
  expect(await statusOf(place)).toMatchObject({ kind: 'sqlite', version: 0, documents: 0 })
  await expect(migrateStore(place)).rejects.toMatchObject({ code: 'not_found' })
})

test('the status counts what is there, also while the server runs', async () => {
  using place = new Place()
  await using store = await place.open()
  await addDocument(store, { dataset: await newDataset(store) }, ['heron', 'nest'])
  await writeCall(store, callOf({ id: 'a' }))
  await store.journal.flush()
  const status = await statusOf(place)
  expect(status).toMatchObject({ documents: 1, segments: 2, calls: 1, writers: 1, version: status.newest })
  expect(status.bytes).toBeGreaterThan(10_000)
  await expect(migrateStore(place)).rejects.toMatchObject({ code: 'conflict' })
})

test('a store newer than the program is told, and neither opened nor lifted', async () => {
  using place = new Place()
  await (await place.open())[Symbol.asyncDispose]()
  const { newest } = await statusOf(place)
  expect(await migrateStore(place)).toEqual({ from: newest, to: newest })
  const database = new DatabaseSync(join(place.directory, 'store.db'))
  database.exec('PRAGMA user_version=99')
  database.close()
  expect(await statusOf(place)).toMatchObject({ version: 99, newest, documents: 0 })
  await expect(migrateStore(place)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('newer program') })
  await expect(place.open()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('newer program') })
})

test('an address that is none is refused without being repeated', async () => {
  for (const url of ['postgres://ada:hu sh@[/x', 'mysql://ada:hush@host/x', 'hush'])
    await expect(statusOf({ url })).rejects.toSatisfy(
      (thrown: Error) => !String(thrown).includes('hush') && thrown.message.includes('postgres://'),
    )
})
