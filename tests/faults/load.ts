import type { createAdminClient } from '@gatehouse/sdk'
import type { ServerStore } from '@gatehouse/storage'
import { expect } from 'vitest'
import { becomeOperator } from '../end-to-end/people.ts'
import type { ServerProcess } from '../end-to-end/server-process.ts'

const question = 'How many days of annual leave carry over?'
const password = 'correct horse battery staple'

/** What was acknowledged, over all rounds: it must be there afterwards. */
export class Acknowledged {
  /** Calls whose last byte arrived. */
  readonly calls = new Set<string>()
  /** Documents by id, with a word that only they hold. */
  readonly documents = new Map<string, string>()
  /** Groups, the changes of configuration. */
  readonly groups = new Set<string>()
  base = ''
}

type Admin = ReturnType<typeof createAdminClient>
const controlUrlOf = ({ consoleUrl }: ServerProcess) => consoleUrl.replace(/\/console$/, '')

/** As the one operator; the first time through the link the server prints. */
export async function operatorOf(server: ServerProcess): Promise<Admin> {
  const link = /(http:\S+#link=\S+)/.exec(server.output)?.[1]
  const at = { dataUrl: server.dataUrl, controlUrl: controlUrlOf(server), ...(link ? { setUpLink: link } : {}) }
  return (await becomeOperator(at, password)).admin
}

/** Replies whose last byte arrived, by trace id; the others' status. */
export async function ask(server: ServerProcess, key: string, model: string, stream: boolean, whole: Set<string>): Promise<number> {
  const reply = await fetch(`${server.dataUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: question }] }),
  })
  const text = await reply.text() // rejects when the connection ended before the last byte
  // an error in the middle of a stream is a failed call: it has its record too
  if (reply.ok) whole.add(reply.headers.get('x-gatehouse-trace')!)
  else expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
  return reply.status
}

/** Calls, documents and changes of configuration (each one an audit event), all at once, until the server is gone. */
export async function load(server: ServerProcess, key: string, acknowledged: Acknowledged): Promise<void> {
  const signedIn = operatorOf(server) // takes a while; calls are made meanwhile
  const caller = async (at: number) => {
    for (let turn = 0; ; turn++) await ask(server, key, (turn + at) % 2 ? 'assistant' : 'app/handbook', turn % 3 === 0, acknowledged.calls)
  }
  const writer = async () => {
    const admin = await signedIn
    acknowledged.base ||= (await admin.listBases()).items.find(({ name }) => name === 'handbook')!.id
    for (let turn = 0; ; turn++) {
      const word = `plover${Math.random().toString(36).slice(2)}`
      const text = `# ${word}\n\nThe ${word} nests in field ${turn}.\n\n${'Sand and shingle. '.repeat(100)}`
      const { id } = await admin.uploadDocument({
        path: { base: acknowledged.base },
        query: { name: `${word}.md`, access: 'everyone' },
        body: new Blob([text]),
      })
      acknowledged.documents.set(id, word)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const configurer = async () => {
    const admin = await signedIn
    for (;;) {
      const name = `g${Math.random().toString(36).slice(2)}`
      await admin.createGroup({ body: { name, title: name } })
      acknowledged.groups.add(name)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }
  await Promise.allSettled([caller(0), caller(1), caller(2), writer(), configurer()])
}

export async function recordedIn(store: ServerStore): Promise<string[]> {
  const recorded: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await store.calls.list({ project: 'default', limit: 500, ...(after === undefined ? {} : { after }) })
    recorded.push(...page.items.map(({ id }) => id))
    after = page.next
    if (after === undefined) return recorded
  }
}

/** Nothing acknowledged is missing, nothing is there twice, every document is searchable or still has its job, and every chain verifies. */
export async function expectAll(store: ServerStore, { calls, documents, groups }: Acknowledged): Promise<void> {
  await store.journal.flush()
  const recorded = await recordedIn(store)
  expect(new Set(recorded).size).toBe(recorded.length)
  const known = new Set(recorded)
  expect([...calls].filter((id) => !known.has(id))).toEqual([])
  const kept = new Set((await store.resources.list('Group')).map(({ name }) => name))
  expect([...groups].filter((name) => !kept.has(name))).toEqual([])
  const waiting = await store.jobs.count('ingest')
  const unread: string[] = []
  for (const [id, word] of documents) {
    const document = await store.documents.get('default', id)
    expect([id, document?.title]).toEqual([id, expect.stringContaining(word)])
    if (document!.status !== 'completed') unread.push(id)
  }
  expect(unread.length).toBeLessThanOrEqual(waiting)
  expect(await store.audit.verify()).toMatchObject({ intact: true, problems: [] })
  expect(store.counters.open()).toBe(0)
}
