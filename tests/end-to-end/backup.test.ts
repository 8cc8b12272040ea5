import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type RunningServer, startServer } from '@gatehouse/server'
import { expect, test, vi } from 'vitest'
import { becomeOperator } from './people.ts'
import { spawnServer, temporaryPlace } from './server-process.ts'

const root = join(import.meta.dirname, '../..')
const sample = join(root, 'examples/handbook')
const salary = 'What is the maximum of salary band B4 in Leeds, in pounds a year?'
const leave = 'How many days of annual leave carry over?'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** `gatehouse db …` as people run it. `said` hears what it tells while it works. */
function db(home: string, args: readonly string[], said: (err: string, kill: () => void) => void = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, 'apps/cli/src/main.ts'), 'db', ...args], {
    env: { PATH: process.env.PATH, HOME: home, GATEHOUSE_HOME: home, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { out: '', err: '' }
  child.stdout.on('data', (read: Buffer) => {
    text.out += read.toString()
  })
  child.stderr.on('data', (read: Buffer) => {
    text.err += read.toString()
    said(text.err, () => child.kill('SIGKILL'))
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...text })))
}

const optionsOf = (place: { data: string; home: string }) => ({
  ...{ ...place, host: '127.0.0.1', controlHost: '127.0.0.1', port: 0, controlPort: 0, environment: {} },
})

test('a backup taken while people ask restores to the same conversations, citations, traces and limits of access', {
  timeout: 240_000,
}, async () => {
  const place = temporaryPlace()
  const folder = dirname(place.data)
  const to = join(folder, 'backup')
  const restored = { data: join(folder, 'restored'), home: place.home }
  let server: RunningServer | undefined = await startServer({ ...optionsOf(place), sample })
  try {
    await server.synced
    const operator = await becomeOperator(server)
    const [dorrit, insider, outsider] = await Promise.all(['dorrit', 'bram', 'tamsin'].map((user) => operator.chatAs(user)))
    const asked = await dorrit!.ask(leave)
    expect(asked.sources.length).toBeGreaterThan(0)
    const passage = await dorrit!.chat.passage(asked.message, 1)
    const refused = await outsider!.ask(salary)
    const trace = await vi.waitFor(async () => {
      const { items } = await operator.admin.listCalls({ query: { user: 'dorrit', limit: 10 } })
      return items.find(({ operation }) => operation === 'app')!.id // once the store has taken it
    })
    const call = await operator.admin.getCall({ path: { call: trace } })
    const { items: bases } = await operator.admin.listBases()
    const said = await vi.waitFor(
      () => operator.admin.readContent({ path: { call: trace }, body: { reason: 'before the backup' } }),
      10_000,
    )

    let asking = true
    const busy = async () => {
      while (asking) await insider!.ask(leave)
    }
    const load = busy()
    const made = await db(place.home, ['backup', '--data', place.data, '--to', to, '-o', 'json'])
    asking = false
    await load
    expect(made).toMatchObject({ code: 0 })
    await server.close()
    server = undefined

    expect(await db(place.home, ['restore', '--from', to, '--verify'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/audit +intact/),
    })
    const result = await db(place.home, ['restore', '--from', to, '--data', restored.data, '-o', 'json'])
    expect(result, result.err).toMatchObject({ code: 0 })
    expect(JSON.parse(result.out)).toMatchObject({ restored: true, problems: [], audit: { intact: true } })

    // what files declared is theirs: a server that starts without them takes it out
    server = await startServer({ ...optionsOf(restored), sample })
    await server.synced
    expect(server.setUpLink).toBeUndefined()
    const again = await becomeOperator(server)
    const person = await again.chatAs('dorrit')
    const { items } = await person.chat.turns(asked.conversation)
    expect(items).toMatchObject([{ query: leave, answer: asked.text, masked: false }])
    expect(await person.chat.passage(asked.message, 1)).toEqual(passage)
    expect(passage.readable).toBe(true)
    const repeated = await person.ask(leave)
    expect([repeated.text, repeated.sources]).toEqual([asked.text, asked.sources])
    expect(await again.admin.getCall({ path: { call: trace } })).toEqual({ ...call, audit: expect.arrayContaining([...call.audit]) })
    expect(await again.admin.readContent({ path: { call: trace }, body: { reason: 'after the restore' } })).toEqual(said)
    expect((await again.admin.listBases()).items.map(({ id, documents, segments }) => ({ id, documents, segments }))).toEqual(
      bases.map(({ id, documents, segments }) => ({ id, documents, segments })),
    )
    const still = await again.chatAs('tamsin')
    const nothing = await still.ask(salary)
    expect([nothing.text, nothing.sources]).toEqual([refused.text, refused.sources])
    expect(still.received.join('\n').toLowerCase()).not.toContain('salary-bands')
    expect(await again.admin.verifyAudit()).toMatchObject({ intact: true, problems: [] })
    expect((await again.admin.listAudit({ query: { action: 'store.restore' } })).items).toHaveLength(1)
  } finally {
    await server?.close()
    place.remove()
  }
})

/** Kills it some time after it said that it began. */
function killedWhile(home: string, args: readonly string[], began: RegExp, after: number): Promise<Ended> {
  let pending: NodeJS.Timeout | undefined
  return db(home, args, (err, kill) => {
    if (began.test(err)) pending ??= setTimeout(kill, after)
  }).finally(() => clearTimeout(pending))
}

test('a backup or a restore that is killed is never taken for a whole one, and the next run says what to do or does it', {
  timeout: 240_000,
}, async () => {
  const place = temporaryPlace()
  const folder = dirname(place.data)
  const to = join(folder, 'backup')
  try {
    const server = await startServer({ ...optionsOf(place), sample })
    await server.synced
    await server.close()

    for (const after of [0, 60, 200]) {
      const { code } = await killedWhile(place.home, ['backup', '--data', place.data, '--to', to], /copying the store/, after)
      if (code === null) {
        expect(existsSync(to)).toBe(false)
        const told = await db(place.home, ['restore', '--from', to, '--verify'])
        expect(told).toMatchObject({ code: 1, err: expect.stringMatching(/interrupted.*db backup --to/) })
      } else rmSync(to, { recursive: true })
    }
    const made = await db(place.home, ['backup', '--data', place.data, '--to', to])
    expect(made).toMatchObject({ code: 0 })
    expect(readdirSync(folder).filter((name) => name.endsWith('.unfinished'))).toEqual([])

    const restored = { data: join(folder, 'restored'), home: place.home }
    mkdirSync(restored.data)
    const args = ['restore', '--from', to, '--data', restored.data]
    let killed = 0
    for (const after of [0, 80, 250]) {
      const { code } = await killedWhile(place.home, args, /writing documents/, after)
      if (code !== null) break // it was done
      killed++
      await expect(spawnServer(restored)).rejects.toThrow(/did not finish: run "gatehouse db restore --from .*backup" again/)
      expect(await db(place.home, ['status', '--data', restored.data])).toMatchObject({
        code: 2,
        err: expect.stringContaining('did not finish'),
      })
    }
    expect(killed).toBeGreaterThan(0)
    const done = await db(place.home, args)
    if (done.code !== 0) expect(done.err).toContain('not empty') // the last round came to its end
    const running = await spawnServer(restored)
    expect(await running.stop()).toBe(0)
    expect(await db(place.home, ['restore', '--from', to, '--data', restored.data])).toMatchObject({
      code: 1,
      err: expect.stringContaining('not empty'),
    })
  } finally {
    place.remove()
  }
})
