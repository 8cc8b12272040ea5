import { join } from 'node:path'
import { headsFileOf } from '@gatehouse/server'
import { createPostgresStore, DirectoryBlobs, loadMasterKey, type ServerStore } from '@gatehouse/storage'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PostgresServer } from '../../../packages/storage/src/postgres/fixtures/server.ts'
import { type ServerProcess, spawnServer, temporaryPlace } from '../../end-to-end/server-process.ts'
import { Acknowledged, ask, expectAll, load, operatorOf } from '../../faults/load.ts'

const rounds = Number(process.env.GATEHOUSE_KILL_ROUNDS ?? 10)
const patience = { timeout: 60_000, interval: 100 }
const database = await PostgresServer.start(process.env.GATEHOUSE_SERVICE_POSTGRES ?? 'postgres')
let url: string
beforeAll(async () => {
  url = await database.makeDatabase()
})
const place = temporaryPlace()
const start = () => spawnServer(place, ['--store', url])
const acknowledged = new Acknowledged()
let server: ServerProcess | undefined
let key = ''
afterAll(async () => {
  await server?.stop()
  await database[Symbol.asyncDispose]()
  place.remove()
})

/** As one more process. */
const openStore = (): Promise<ServerStore> =>
  createPostgresStore({
    ...{ url, directory: join(place.data, '../other'), blobs: new DirectoryBlobs(join(place.data, 'blobs')) },
    masterKey: loadMasterKey({ environment: {}, configDirectory: place.home }),
    headsFile: headsFileOf({ ...place, environment: {} }),
  })
const isReady = (serving: ServerProcess, status: number) =>
  vi.waitFor(async () => expect((await fetch(`${serving.dataUrl}/readyz`)).status).toBe(status), patience)

async function expectSearchable(serving: ServerProcess): Promise<void> {
  // the half minute of the leases of who died is over
  await database.run(url, "UPDATE job SET lease_until = 0 WHERE queue = 'ingest'")
  const admin = await operatorOf(serving)
  for (const id of acknowledged.documents.keys())
    await expect.poll(async () => (await admin.getDocument({ path: { document: id } })).status, patience).toBe('completed')
}

describe.runIf(database.isOwn)('under load', () => {
  test('a server killed at random moments loses nothing it acknowledged, and writes nothing twice', {
    timeout: 120_000 + rounds * 20_000,
  }, async () => {
    for (let round = 0; round < rounds; round++) {
      server = await start()
      key ||= /(gh-\w+)/.exec(server.output)![1]!
      const loading = load(server, key, acknowledged)
      await new Promise((resolve) => setTimeout(resolve, round === 0 ? 3000 : 100 + Math.random() * 2000))
      await server.kill()
      await loading
    }
    server = await start() // takes over the journals of those that died
    await expectSearchable(server)
    await using store = await openStore()
    await vi.waitFor(() => expectAll(store, acknowledged), patience)
    console.log(
      `${rounds} kills: ${acknowledged.calls.size} calls, ${acknowledged.documents.size} documents, ${acknowledged.groups.size} changes`,
    )
  })

  test('PostgreSQL stopped at once three times: calls go on or are refused cleanly, nothing is lost or doubled', {
    timeout: 300_000,
  }, async () => {
    server ??= await start()
    const serving = server
    let going = true
    const statuses = new Map<number, number>()
    const caller = async (at: number) => {
      for (let turn = at; going; turn++) {
        const status = await ask(serving, key, turn % 2 ? 'assistant' : 'app/handbook', turn % 3 === 0, acknowledged.calls)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const callers = [0, 1, 2].map(caller)
    const others = async () => {
      // documents and changes: what fails is not acknowledged, and the next one is tried
      while (going) {
        const admin = await operatorOf(serving).catch(() => undefined)
        for (let turn = 0; admin && going && turn < 20; turn++) {
          const word = `dunlin${Math.random().toString(36).slice(2)}`
          const uploaded = admin.uploadDocument({
            path: { base: acknowledged.base },
            query: { name: `${word}.md`, access: 'everyone' },
            body: new Blob([`# ${word}\n\nThe ${word} feeds at low tide.`]),
          })
          await uploaded.then(({ id }) => acknowledged.documents.set(id, word)).catch(() => {})
          await admin
            .createGroup({ body: { name: word, title: word } })
            .then(() => acknowledged.groups.add(word))
            .catch(() => {})
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
    const changing = others()
    for (let time = 0; time < 3; time++) {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await database.stop('immediate')
      await isReady(serving, 503)
      await new Promise((resolve) => setTimeout(resolve, 500))
      await database.startAgain()
      await isReady(serving, 200)
    }
    going = false
    await Promise.all([...callers, changing])
    expect([...statuses.keys()].filter((status) => ![200, 503].includes(status))).toEqual([])
    expect(statuses.get(200)).toBeGreaterThan(20)
    console.log(`statuses ${JSON.stringify([...statuses])}, ${acknowledged.calls.size} calls, ${acknowledged.documents.size} documents`)
    await expectSearchable(serving)
    await using store = await openStore()
    await vi.waitFor(() => expectAll(store, acknowledged), patience)
  })
})
