import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { headsFileOf } from '@gatehouse/server'
import { createEmbeddedStore, loadMasterKey } from '@gatehouse/storage'
import { expect, test } from 'vitest'
import { Acknowledged, expectAll, load, operatorOf } from '../faults/load.ts'
import { spawnServer, temporaryPlace } from './server-process.ts'

/** Few each day; before a release fifty: GATEHOUSE_KILL_ROUNDS=50. */
const rounds = Number(process.env.GATEHOUSE_KILL_ROUNDS ?? 5)

test('killing the server at random moments loses no record of what it answered, makes no duplicate, and every audit chain verifies', {
  timeout: 60_000 + rounds * 10_000,
}, async () => {
  const place = temporaryPlace()
  const acknowledged = new Acknowledged()
  let key = ''
  const openStore = () =>
    createEmbeddedStore({
      directory: place.data,
      masterKey: loadMasterKey({ environment: {}, configDirectory: place.home }),
      headsFile: headsFileOf({ ...place, environment: {} }),
    })
  try {
    for (let round = 0; round < rounds; round++) {
      const server = await spawnServer(place)
      key ||= /(gh-\w+)/.exec(server.output)![1]!
      const loading = load(server, key, acknowledged)
      await new Promise((resolve) => setTimeout(resolve, round === 0 ? 2500 : 50 + Math.random() * 1500))
      await server.kill()
      await loading
      if (round % 5 === 4 || round === rounds - 1) {
        await using store = await openStore()
        await expectAll(store, acknowledged)
      }
    }
    expect(acknowledged.calls.size).toBeGreaterThan(rounds * 2)
    expect(acknowledged.documents.size).toBeGreaterThan(0)
    expect(acknowledged.groups.size).toBeGreaterThan(0)
    console.log(
      `${rounds} kills: ${acknowledged.calls.size} calls, ${acknowledged.documents.size} documents, ${acknowledged.groups.size} changes`,
    )

    const database = new DatabaseSync(join(place.data, 'store.db'))
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    database.close()

    // the work the dead left over is done by who lives
    const server = await spawnServer(place)
    const admin = await operatorOf(server)
    for (const id of acknowledged.documents.keys())
      await expect.poll(async () => (await admin.getDocument({ path: { document: id } })).status, { timeout: 60_000 }).toBe('completed')
    await server.stop()
  } finally {
    place.remove()
  }
})
