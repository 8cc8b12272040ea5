import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { ServerStore } from '../threads/assemble.ts'
import { Place } from './fixtures/open.ts'

/** Few each day; before a release fifty: GATEHOUSE_KILL_ROUNDS=50. */
const rounds = Number(process.env.GATEHOUSE_KILL_ROUNDS ?? 8)

test('a process killed at any moment loses nothing it acknowledged', { timeout: 60_000 + rounds * 10_000 }, async () => {
  using place = new Place()
  const acknowledged: Record<string, Set<string>> = {
    ready: new Set(),
    record: new Set(),
    document: new Set(),
    audit: new Set(),
    call: new Set(),
  }
  for (let round = 0; round < rounds; round++) {
    await runUntilKilled(place, (kind, id) => acknowledged[kind]!.add(id))
    await using store = await place.open()
    await expectAll(store, acknowledged)
  }
  expect(acknowledged.call!.size).toBeGreaterThan(rounds * 10)
  const database = new DatabaseSync(join(place.directory, 'store.db'))
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  database.exec("INSERT INTO segment_fts_1(segment_fts_1) VALUES ('integrity-check')")
  const counts =
    'SELECT (SELECT count(*) FROM segment) AS segments, (SELECT sum(segments) FROM dataset) AS counted, (SELECT count(*) FROM segment_fts_1) AS indexed'
  const { segments, counted, indexed } = database.prepare(counts).get()!
  expect([counted, indexed]).toEqual([segments, segments])
  database.close()
})

async function runUntilKilled(place: Place, acknowledge: (kind: string, id: string) => void): Promise<void> {
  const script = join(import.meta.dirname, 'fixtures/child.ts')
  const child = fork(script, [place.directory, place.headsFile, place.masterKey.toString('hex')], { execArgv: [], stdio: 'inherit' })
  const exit = once(child, 'exit')
  const ready = Promise.withResolvers<void>()
  child.on('message', ({ kind, id }: { kind: string; id: string }) => {
    acknowledge(kind, id)
    ready.resolve()
  })
  await Promise.race([ready.promise, exit])
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 500))
  child.kill('SIGKILL')
  await exit
}

async function expectAll(store: ServerStore, acknowledged: Record<string, Set<string>>): Promise<void> {
  const records = new Set((await store.records.list('kill')).map(({ id }) => id))
  expect([...acknowledged.record!].filter((id) => !records.has(id))).toEqual([])
  const calls: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await store.calls.list({ project: 'default', limit: 1000, ...(after !== undefined && { after }) })
    calls.push(...page.items.map(({ id }) => id))
    if (!page.next) break
    after = page.next
  }
  expect(new Set(calls).size).toBe(calls.length)
  const kept = new Set(calls)
  expect([...acknowledged.call!].filter((id) => !kept.has(id))).toEqual([])
  const missing = await Promise.all(
    [...acknowledged.document!].map(async (id) => ((await store.documents.segments(id)).items.length === 2 ? [] : [id])),
  )
  expect(missing.flat()).toEqual([])
  const report = await store.audit.verify()
  expect(report.problems).toEqual([])
  const ends = new Map(report.chains.map(({ writer, records }) => [writer, records]))
  expect([...acknowledged.audit!].filter((id) => Number(id.split('/')[1]) > (ends.get(id.split('/')[0]!) ?? 0))).toEqual([])
}
