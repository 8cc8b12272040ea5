import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type ServerProcess, spawnServer, temporaryPlace } from '../end-to-end/server-process.ts'
import { operatorOf } from './load.ts'
import { fill, free, seenBy, whyNoSmallDisk, withDisk } from './small-disk.ts'

const reason = whyNoSmallDisk()
if (reason) console.log(`tests of a full disk are skipped: ${reason}`)

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const placeOf = () => {
  const place = temporaryPlace()
  closing.push(place.remove)
  return place
}
const keyOf = (server: ServerProcess) => /(gh-\w+)/.exec(server.output)![1]!

async function ask(server: ServerProcess, key: string, model: string, stream = false) {
  const reply = await fetch(`${server.dataUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'How many days of annual leave carry over?' }] }),
  })
  return { status: reply.status, id: reply.headers.get('x-gatehouse-trace') ?? '', text: await reply.text() }
}
const readiness = async (server: ServerProcess) => {
  const reply = await fetch(`${server.dataUrl}/readyz`)
  return { ...((await reply.json()) as { checks: Record<string, string> }), status: reply.status }
}
const patience = { timeout: 30_000, interval: 100 }

describe.skipIf(reason !== undefined)('a disk', () => {
  test.each([
    ['of the data directory', (data: string) => data, 'size=96m'],
    ['of the journal alone', (data: string) => join(data, 'journal'), 'size=8m'],
  ])(
    '%s that fills up under load: calls are refused and say why, nothing is answered without a record, and it goes on when there is room',
    async (_, where, options) => {
      const place = placeOf()
      const path = where(place.data)
      const server = await spawnServer(place, [], {}, withDisk(path, options))
      closing.push(server.kill)
      const key = keyOf(server)
      const admin = await operatorOf(server)
      const disk = seenBy(server.pid, path)
      await expect.poll(async () => (await ask(server, key, 'app/handbook')).status, patience).toBe(200)

      const answered = new Set<string>()
      let going = true
      const caller = async (at: number) => {
        for (let turn = at; going; turn++) {
          const { status, id, text } = await ask(server, key, turn % 2 ? 'assistant' : 'app/handbook', turn % 3 === 0)
          expect([200, 503]).toContain(status)
          if (status === 200) {
            // a stream that was begun and could not be put on record ends with that
            if (text.includes('"error":{')) expect(text).toMatch(/"code":"overloaded"/)
            else answered.add(id)
          } else expect(JSON.parse(text)).toMatchObject({ error: { code: 'overloaded', message: expect.stringMatching(/disk|journal/) } })
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      }
      const callers = Promise.all([0, 1, 2].map(caller))
      callers.catch(() => {}) // awaited below
      for (let time = 0; time < 2; time++) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        fill(disk)
        // what is left in its last block is used up by the calls themselves
        await expect.poll(async () => (await ask(server, key, 'assistant')).status, { ...patience, interval: 5 }).toBe(503)
        // a short line may still fit and count as well again, until one does not
        await expect
          .poll(async () => {
            await ask(server, key, 'assistant')
            const { status, checks } = await readiness(server)
            return [status, Object.values(checks).includes('failing')]
          }, patience)
          .toEqual([503, true])
        expect((await fetch(`${server.dataUrl}/livez`)).status).toBe(200)
        free(disk)
        await expect.poll(async () => (await readiness(server)).status, patience).toBe(200)
        await expect.poll(async () => (await ask(server, key, 'app/handbook')).status, patience).toBe(200)
      }
      going = false
      await callers
      const last = await ask(server, key, 'assistant')
      answered.add(last.id)
      const isKnown = (id: string) =>
        admin.getCall({ path: { call: id } }).then(
          () => true,
          () => false,
        )
      await expect.poll(() => isKnown(last.id), patience).toBe(true)
      const missing: string[] = []
      for (const id of answered) if (!(await isKnown(id))) missing.push(id)
      expect(missing).toEqual([])
      const report = await admin.verifyAudit()
      expect(report).toMatchObject({ intact: true, problems: [] })
      expect(server.log).not.toContain('journal.damaged')
      expect(await server.stop()).toBe(0)
    },
  )

  test('that refuses to take documents leaves everything else well, and says so', async () => {
    const place = placeOf()
    const first = await spawnServer(place)
    const key = keyOf(first)
    const base = (await (await operatorOf(first)).listBases()).items.find(({ name }) => name === 'handbook')!.id
    await expect.poll(async () => (await ask(first, key, 'app/handbook')).status, patience).toBe(200)
    await first.stop()

    const server = await spawnServer(place, [], {}, withDisk(join(place.data, 'blobs'), 'ro'))
    closing.push(server.kill)
    const admin = await operatorOf(server)
    const upload = admin.uploadDocument({ path: { base }, query: { name: 'heron.md', access: 'everyone' }, body: new Blob(['# Heron']) })
    const refused = await upload.then(
      () => undefined,
      (thrown: { code?: string; status?: number; message?: string }) => thrown,
    )
    expect(refused).toMatchObject({ status: 503, code: 'overloaded', message: expect.stringMatching(/cannot be written: .*read-only/) })
    expect((await ask(server, key, 'assistant')).status).toBe(200)
    expect((await fetch(`${server.dataUrl}/readyz`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
  })

  test('that cannot be written at the start is one plain line', async () => {
    const place = placeOf()
    const started = spawnServer(place, [], {}, withDisk(place.data, 'ro'))
    await expect(started).rejects.toThrow(/gatehouse: .*(cannot be written|not be written|read-only).*\(\w+\)\n$/s)
    await expect(started).rejects.not.toThrow(/\n\s+at /)
  })
})
