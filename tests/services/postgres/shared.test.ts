import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Principal } from '@gatehouse/contracts'
import { uuidv7 } from '@gatehouse/kernel'
import { migrateStore, statusOf, verifySharedAudit } from '@gatehouse/storage'
import { afterAll, describe, expect, test, vi } from 'vitest'
import {
  addDocument,
  callOf,
  documentOf,
  find,
  indexedOf,
  newDataset,
  writeCall,
} from '../../../packages/storage/src/conformance/conformance.ts'
import { SharedPlace } from '../../../packages/storage/src/postgres/fixtures/open.ts'
import { PostgresServer } from '../../../packages/storage/src/postgres/fixtures/server.ts'
import { Database } from '../../../packages/storage/src/postgres/worker/database.ts'
import { vectorsLeg } from '../../../packages/storage/src/postgres/worker/vectors.ts'

const server = await PostgresServer.start(process.env.GATEHOUSE_SERVICE_POSTGRES ?? 'postgres')
afterAll(() => server[Symbol.asyncDispose]())
const newPlace = async () => new SharedPlace(await server.makeDatabase())
const group = (name: string, title: string) => ({
  kind: 'Group' as const,
  project: 'default',
  name,
  spec: { title },
  managedBy: 'api' as const,
})

describe('two processes on one database', () => {
  test('start at once, and each keeps its own chain', async () => {
    using place = await newPlace()
    const [one, two] = await Promise.all([place.open('one'), place.open('two')])
    const stores = [one, two]
    await Promise.all(
      stores.flatMap((store) =>
        Array.from({ length: 20 }, (_, at) => store.audit.append({ at, project: 'default', actor: 'system', action: 'test.both' })),
      ),
    )
    await Promise.all(stores.map((store) => writeCall(store, callOf({ id: uuidv7() }))))
    await Promise.all(stores.map((store) => store.journal.flush()))
    const report = await one.audit.verify()
    expect(report).toMatchObject({ intact: true, batches: 2 })
    expect(report.chains.map(({ records }) => records)).toEqual([21, 21])
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
  })

  test('the watchers of one hear what the other changed, in order', async () => {
    using place = await newPlace()
    await using one = await place.open('one')
    await using two = await place.open('two')
    const heard: string[] = []
    two.resources.watch((_, name) => heard.push(name))
    for (const name of ['a', 'b', 'c']) await one.resources.put(group(name, name), 'user:ada')
    await two.resources.put(group('d', 'own'), 'user:ada')
    await vi.waitFor(() => expect(heard.filter((name) => name !== 'd')).toEqual(['a', 'b', 'c']), { timeout: 10_000 })
    expect(heard.filter((name) => name === 'd')).toHaveLength(1)
  })

  test('of changes that expect the same version one is made', async () => {
    using place = await newPlace()
    await using one = await place.open('one')
    await using two = await place.open('two')
    const puts = [one, two, one, two].map((store, at) => store.resources.put({ ...group('x', `${at}`), ifVersion: 0 }, 'user:ada'))
    const results = await Promise.allSettled(puts)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await one.audit.list({ action: 'group.create' })).items).toHaveLength(1)
  })

  test('each job is leased by one of them', async () => {
    using place = await newPlace()
    await using one = await place.open('one')
    await using two = await place.open('two')
    await Promise.all(Array.from({ length: 30 }, (_, at) => one.jobs.add('shared', at)))
    const lease = (store: typeof one, owner: string) => store.jobs.lease('shared', { owner, milliseconds: 60_000, limit: 3 })
    const leased = await Promise.all(Array.from({ length: 12 }, (_, at) => lease(at % 2 ? one : two, `w${at}`)))
    expect(leased.every((jobs) => jobs.length <= 3)).toBe(true)
    const payloads = leased.flat().map(({ payload }) => payload as number)
    expect(payloads.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, at) => at))
  })

  test('documents of one dataset indexed by both leave true statistics', async () => {
    using place = await newPlace()
    await using one = await place.open('one')
    await using two = await place.open('two')
    const dataset = await newDataset(one)
    await Promise.all(Array.from({ length: 20 }, (_, at) => addDocument(at % 2 ? one : two, { dataset }, ['heron nest', 'nest'], [1, 0])))
    expect((await two.search.weights([dataset], ['heron'])).get('heron')).toBeCloseTo(Math.log(1 + 20.5 / 20.5))
    expect(await find(one, [dataset], ['everyone'], 'heron')).toHaveLength(20)
    expect(await one.search.removeDataset(dataset)).toBe(20)
  })

  test('they may not share a directory', async () => {
    using place = await newPlace()
    await using _ = await place.open('one')
    await expect(place.open('one')).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('opening', () => {
  test('a store newer than the program is refused', async () => {
    using place = await newPlace()
    await (await place.open('one'))[Symbol.asyncDispose]()
    await server.run(place.url, "UPDATE meta SET value = '99' WHERE key = 'version'")
    await expect(place.open('one')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('newer program') })
  })

  test('a wrong master key is refused and harms nothing', async () => {
    using place = await newPlace()
    {
      await using store = await place.open('one')
      await store.secrets.put('vendor', 'kept')
    }
    await expect(place.open('one', { masterKey: Buffer.alloc(32, 1) })).rejects.toMatchObject({ code: 'unauthorized' })
    await using store = await place.open('one')
    expect(await store.secrets.get('vendor')).toBe('kept')
  })

  test('a database that is not there is a clear refusal without its password', async () => {
    using place = await newPlace()
    const url = place.url.replace('postgres@', 'postgres:hush@').replace(/\/[^/]*$/, '/nowhere')
    const failure = await place.open('one', { url }).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'invalid_request', message: 'there is no such database: make it first' })
    expect(String(failure)).not.toContain('hush')
  })

  test('a wrong user, a port nobody listens on and an address that is none are told apart, without the password', async () => {
    using place = await newPlace()
    const with_ = (change: (url: URL) => void) => {
      const url = new URL(place.url.replace('postgres@', 'postgres:hush@'))
      change(url)
      return url.href
    }
    const cases: [url: string, code: string, said: string][] = [
      [with_((url) => (url.username = 'nobody')), 'unauthorized', 'refuses this user or password'],
      [with_((url) => (url.port = '9')), 'overloaded', 'cannot be reached'],
      [with_((url) => (url.hostname = 'nowhere.invalid')), 'overloaded', 'cannot be reached'],
      ['postgres://hush@[', 'invalid_request', 'postgres://user:password@host'],
    ]
    for (const [url, code, said] of cases) {
      const failure = await place.open('one', { url }).catch((thrown: unknown) => thrown)
      expect(failure).toMatchObject({ code, message: expect.stringContaining(said) })
      expect(inspect(failure, { depth: 9 })).not.toContain('hush')
    }
  })

  test('a user who may not make tables is told what an administrator does; afterwards it works', async () => {
    using place = await newPlace()
    const role = `poor_${process.pid}`
    await server.run(place.url, `CREATE ROLE ${role} LOGIN`)
    const url = Object.assign(new URL(place.url), { username: role }).href
    const failure = await place.open('one', { url }).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('CREATE EXTENSION vector') })
    await server.run(place.url, `CREATE EXTENSION vector; GRANT CREATE ON SCHEMA public TO ${role}`)
    await using store = await place.open('one', { url })
    await store.records.put('note', 'a', { kept: true })
    expect(await store.records.get('note', 'a')).toEqual({ kept: true })
  })

  test('two that lift an empty database at once take turns, and its status says what is there', async () => {
    const url = await server.makeDatabase()
    expect(await statusOf({ url })).toMatchObject({ kind: 'postgresql', version: 0, bytes: 0 })
    const lifted = await Promise.all([migrateStore({ url }), migrateStore({ url }), migrateStore({ url })])
    const { version, newest, bytes } = await statusOf({ url })
    expect(lifted.every(({ to }) => to === newest)).toBe(true)
    expect(version).toBe(newest)
    expect(bytes).toBeGreaterThan(10_000)
    await server.run(url, "UPDATE meta SET value = '99' WHERE key = 'version'")
    expect(await statusOf({ url })).toMatchObject({ version: 99, documents: 0 })
    await expect(migrateStore({ url })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('the audit is checked without a server', async () => {
    using place = await newPlace()
    await using store = await place.open('one')
    await store.audit.append({ at: 1, project: 'default', actor: 'system', action: 'test.one' })
    await store.audit.sign()
    expect(await verifySharedAudit(place)).toMatchObject({ intact: true, chains: [{ records: 1 }] })
    await server.run(place.url, "UPDATE audit SET body = replace(body, 'test.one', 'test.two')")
    expect(await verifySharedAudit(place)).toMatchObject({ intact: false })
  })

  test('what a dead process left in its journal is taken over once, but for a torn last line', async () => {
    using place = await newPlace()
    const folder = join(place.directoryOf('one'), 'journal')
    mkdirSync(folder, { recursive: true })
    const calls = [1, 2, 3].map((at) => callOf({ id: uuidv7(at) }))
    const lines = calls.map((call) => JSON.stringify(call))
    writeFileSync(join(folder, 'dead-000001.jsonl'), `${lines[0]}\nnot a call\n${lines[1]}\n${lines[0]}\n${lines[2]!.slice(0, 40)}`)
    await using store = await place.open('one')
    expect((await store.calls.list({ project: 'default' })).items).toEqual([calls[1], calls[0]])
    expect((await store.audit.list({ action: 'journal.damaged' })).items[0]?.details).toEqual({ lines: 1 })
    expect(await store.audit.verify()).toMatchObject({ intact: true, batches: 1 })
  })

  test('what an older tokeniser indexed is indexed again', async () => {
    using place = await newPlace()
    let dataset = ''
    {
      await using store = await place.open('one')
      dataset = await newDataset(store)
      await addDocument(store, { dataset }, ['osprey'])
    }
    await server.run(
      place.url,
      "UPDATE dataset SET tokenizer = 0, segments = 7; UPDATE segment_words SET tsv = '''other'''; DELETE FROM dataset_term",
    )
    await using store = await place.open('one')
    expect(await find(store, [dataset], ['everyone'], 'osprey')).toHaveLength(1)
    expect((await store.search.weights([dataset], ['osprey'])).get('osprey')).toBeCloseTo(Math.log(1 + 0.5 / 1.5))
  })
})

describe('verifying the audit finds', () => {
  const cases: [what: string, sql: string, expected: string[]][] = [
    ['a changed record', "UPDATE audit SET body = replace(body, 'test.2', 'test.9') WHERE sequence = 3", ['edit']],
    ['a changed column of a record', "UPDATE audit SET actor = 'user:mara' WHERE sequence = 3", ['edit']],
    ['a deleted record', 'DELETE FROM audit WHERE sequence = 3', ['gap']],
    ['a cut end', 'DELETE FROM audit WHERE sequence >= 5', ['truncation']],
    ['a changed call', `UPDATE call SET line = replace(line, '200', '500'), status = 500 WHERE position = 1`, ['batch']],
    ['a changed column of a call', `UPDATE call SET "end" = 'blocked' WHERE position = 1`, ['batch']],
    ['a deleted call', 'DELETE FROM call WHERE position = 1', ['batch']],
    ['a call of no batch', 'UPDATE call SET batch = 99 WHERE position = 1', ['batch']],
  ]
  test.each(cases)('%s', async (_, sql, expected) => {
    using place = await newPlace()
    {
      await using store = await place.open('one')
      for (let at = 0; at < 6; at++) await store.audit.append({ at, project: 'default', actor: 'user:ada', action: `test.${at}` })
      await Promise.all([1, 2, 3].map((at) => writeCall(store, callOf({ id: uuidv7(at) }))))
    }
    await server.run(place.url, sql)
    await using store = await place.open('two')
    const { intact, problems } = await store.audit.verify()
    expect(intact).toBe(false)
    expect([...new Set(problems.map(({ kind }) => kind))]).toEqual(expected)
  })
})

describe('vectors', () => {
  test('above five thousand readable rows the index answers, under the same filter', async () => {
    using place = await newPlace()
    await using store = await place.open('one')
    const dataset = await newDataset(store)
    const at = (angle: number) => [Math.cos(angle), Math.sin(angle), 0]
    const add = async (principals: Principal[], angles: readonly number[]) => {
      const document = documentOf({ dataset, principals })
      await store.documents.put(document)
      const segments = angles.map((angle, position) => ({ ...indexedOf(document, ['a'], 1, at(angle)).segments[0]!, position }))
      await store.search.replace({ ...indexedOf(document, []), segments })
      return document
    }
    const many = await add(
      ['group:people'],
      Array.from({ length: 5200 }, (_, place) => 0.5 + place / 10_000),
    )
    const few = await add(['everyone'], [0.001, 0.002, 0.003])
    const nearest = async (principals: Principal[]) => {
      const query = { project: 'default', datasets: [dataset], text: '', words: 300, vectors: 5, vector: Float32Array.from(at(0)) }
      return (await store.search.search({ ...query, principals })).candidates
    }
    const documents = async (principals: Principal[]) => new Set((await nearest(principals)).map(({ document }) => document))
    expect(await nearest(['group:people'])).toHaveLength(5)
    expect(await documents(['group:people'])).toEqual(new Set([many.id]))
    expect(await documents(['everyone'])).toEqual(new Set([few.id]))
    const all = await nearest(['everyone', 'group:people'])
    expect(all.slice(0, 3).map(({ document }) => document)).toEqual([few.id, few.id, few.id])
    // the readable ones are far from where the index looks: it gives up, and nothing is missed
    await add(
      ['group:far'],
      Array.from({ length: 5100 }, (_, place) => 2 + place / 10_000),
    )
    const [far] = await server.run<{ id: number }>(place.url, 'SELECT id::int FROM dataset')
    const database = new Database(place.url, 1)
    const leg = { datasets: [far!.id], principals: ['group:far'], vector: Float32Array.from(at(0)), most: 5, mostScanned: 100 }
    expect([...(await vectorsLeg(database, leg)).values()].map((distance) => distance.toFixed(2))).toEqual(Array(5).fill('1.42'))
    await database.close()
    await store.documents.setAccess(many.id, ['everyone'])
    expect(await nearest(['group:people'])).toEqual([])
    expect(await nearest(['everyone'])).toHaveLength(5)
  })
})

describe('what PostgreSQL would not keep', () => {
  test('a NUL in a text costs neither the document nor its offsets', async () => {
    using place = await newPlace()
    await using store = await place.open('one')
    const dataset = await newDataset(store)
    const document = await addDocument(store, { dataset, title: 'a\0b' }, ['pelican \0 nest'])
    expect((await store.documents.segments(document.id)).items[0]?.text).toHaveLength(14)
    expect(await store.documents.get('default', document.id)).toEqual(document)
    expect(await find(store, [dataset], ['everyone'], 'nest')).toHaveLength(1)
  })
})
