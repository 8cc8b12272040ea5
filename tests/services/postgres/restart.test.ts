import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { headsFileOf } from '@gatehouse/server'
import { createPostgresStore, DirectoryBlobs, loadMasterKey, type ServerStore } from '@gatehouse/storage'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PostgresServer } from '../../../packages/storage/src/postgres/fixtures/server.ts'
import { type ServerProcess, spawnServer, temporaryPlace } from '../../end-to-end/server-process.ts'

const patience = { timeout: 30_000, interval: 100 }
const database = await PostgresServer.start(process.env.GATEHOUSE_SERVICE_POSTGRES ?? 'postgres')
let url: string
beforeAll(async () => {
  url = await database.makeDatabase()
})
const place = temporaryPlace()
const start = () => spawnServer(place, ['--store', url])
let server: ServerProcess
let key = ''

beforeAll(async () => {
  server = await start()
  key = /(gh-\w+)/.exec(server.output)![1]!
}, 60_000)
afterAll(async () => {
  await server?.stop()
  await database[Symbol.asyncDispose]()
  place.remove()
})

/** What came back: the status, and the call's id when the last byte arrived. */
async function call(model: string, stream = false): Promise<{ status: number; id: string; text: string }> {
  const reply = await fetch(`${server.dataUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'How many days of annual leave carry over?' }] }),
  })
  const text = await reply.text()
  return { status: reply.status, id: reply.headers.get('x-gatehouse-trace') ?? '', text }
}
const readiness = async () => (await fetch(`${server.dataUrl}/readyz`)).status
const isReady = () => vi.waitFor(async () => expect(await readiness()).toBe(200), patience)

/** As one more process. */
const openStore = (): Promise<ServerStore> =>
  createPostgresStore({
    ...{ url, directory: join(place.data, '../other'), blobs: new DirectoryBlobs(join(place.data, 'blobs')) },
    masterKey: loadMasterKey({ environment: {}, configDirectory: place.home }),
    headsFile: headsFileOf({ ...place, environment: {} }),
  })

async function recordedIn(store: ServerStore): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await store.calls.list({ project: 'default', limit: 500, ...(after === undefined ? {} : { after }) })
    ids.push(...page.items.map(({ id }) => id))
    after = page.next
    if (after === undefined) return ids
  }
}

describe.runIf(database.isOwn)('PostgreSQL goes away', () => {
  const answered = new Set<string>()
  const expectRecords = async () => {
    await using store = await openStore()
    await vi.waitFor(async () => {
      const recorded = await recordedIn(store)
      expect([...answered].filter((id) => !recorded.includes(id))).toEqual([])
      expect(new Set(recorded).size).toBe(recorded.length)
    }, patience)
    expect(await store.audit.verify()).toMatchObject({ intact: true, problems: [] })
  }

  test('in the middle of calls: they are answered or refused cleanly, and none that was answered is lost or recorded twice', async () => {
    let going = true
    const statuses = new Map<number, number>()
    const caller = async (at: number) => {
      for (let turn = at; going; turn++) {
        const { status, id, text } = await call(turn % 2 ? 'assistant' : 'app/handbook', turn % 3 === 0)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 200) answered.add(id)
        else expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String) } })
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const callers = [0, 1, 2, 3].map(caller)
    for (const how of ['fast', 'immediate'] as const) {
      await new Promise((resolve) => setTimeout(resolve, 800))
      await database.stop(how)
      await vi.waitFor(async () => expect(await readiness()).toBe(503), patience)
      await new Promise((resolve) => setTimeout(resolve, 500))
      await database.startAgain()
      await isReady()
    }
    going = false
    await Promise.all(callers)
    expect([...statuses.keys()].filter((status) => ![200, 503].includes(status))).toEqual([])
    expect(statuses.get(200)).toBeGreaterThan(20)
    await expectRecords()
  })

  test('afterwards the server hears again what other processes change', async () => {
    await isReady()
    await using store = await openStore()
    const assistant = (await store.resources.get('Route', 'default', 'assistant'))!
    const put = (name: string) =>
      store.resources.put(
        { kind: 'Route', project: 'default', name, spec: { ...assistant.spec, models: [name] }, managedBy: 'api' },
        'user:ada',
      )
    expect((await call('heron')).status).toBe(404)
    await put('heron')
    await vi.waitFor(async () => expect((await call('heron')).status).toBe(200), patience)
  })

  test('while it is away models answer; their records wait in the journal, also for a server that was killed meanwhile', async () => {
    await isReady()
    await database.stop()
    for (let at = 0; at < 5; at++) {
      const { status, id } = await call('assistant')
      expect(status).toBe(200)
      answered.add(id)
    }
    const refused = await call('app/handbook')
    expect(refused.status).toBe(503)
    await server.kill()
    const journal = join(place.data, 'journal')
    expect(readdirSync(journal).reduce((sum, name) => sum + statSync(join(journal, name)).size, 0)).toBeGreaterThan(1000)
    await database.startAgain()
    server = await start()
    await expectRecords()
  })
})
