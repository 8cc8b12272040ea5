import { headsFileOf } from '@gatehouse/server'
import { createEmbeddedStore, loadMasterKey } from '@gatehouse/storage'
import { expect, test } from 'vitest'
import { type ServerProcess, spawnServer, temporaryPlace } from './server-process.ts'

const rounds = 20
const question = 'How many days of annual leave carry over?'

/** Replies whose last byte arrived, by trace id. */
async function ask(server: ServerProcess, key: string, model: string, stream: boolean, whole: Set<string>): Promise<void> {
  const reply = await fetch(`${server.dataUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: question }] }),
  })
  await reply.text() // rejects when the connection ended before the last byte
  if (reply.ok) whole.add(reply.headers.get('x-gatehouse-trace')!)
}

/** Several callers at once, until the server is gone. */
async function load(server: ServerProcess, key: string, whole: Set<string>): Promise<void> {
  const caller = async (at: number) => {
    for (let turn = 0; ; turn++) await ask(server, key, (turn + at) % 2 ? 'assistant' : 'app/handbook', turn % 3 === 0, whole)
  }
  await Promise.allSettled([0, 1, 2, 3].map(caller))
}

test('killing the server at random moments loses no record of what it answered, makes no duplicate, and every audit chain verifies', {
  timeout: 180_000,
}, async () => {
  const place = temporaryPlace()
  const whole = new Set<string>()
  let key = ''
  try {
    for (let round = 0; round < rounds; round++) {
      const server = await spawnServer(place)
      key ||= /(gh-\w+)/.exec(server.output)![1]!
      const loading = load(server, key, whole)
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 400))
      await server.kill()
      await loading
    }
    expect(whole.size).toBeGreaterThan(rounds)

    const masterKey = loadMasterKey({ environment: {}, configDirectory: place.home })
    await using store = await createEmbeddedStore({
      directory: place.data,
      masterKey,
      headsFile: headsFileOf({ ...place, environment: {} }),
    })
    await store.journal.flush()
    const recorded: string[] = []
    for (let after: string | undefined, more = true; more; ) {
      const page = await store.calls.list({ project: 'default', limit: 500, ...(after === undefined ? {} : { after }) })
      recorded.push(...page.items.map(({ id }) => id))
      after = page.next
      more = after !== undefined
    }
    expect(new Set(recorded).size).toBe(recorded.length)
    expect([...whole].filter((id) => !recorded.includes(id))).toEqual([])
    expect(await store.audit.verify()).toMatchObject({ intact: true, problems: [] })
    expect(store.counters.open()).toBe(0)
  } finally {
    place.remove()
  }
})
