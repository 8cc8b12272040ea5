import { globSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { headsFileOf } from '@gatehouse/server'
import { createPostgresStore, DirectoryBlobs, loadMasterKey, type ServerStore } from '@gatehouse/storage'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PostgresServer } from '../../../packages/storage/src/postgres/fixtures/server.ts'
import { becomeOperator, type Operator } from '../../end-to-end/people.ts'
import { type ServerProcess, spawnServer, temporaryPlace } from '../../end-to-end/server-process.ts'

const files = globSync('**/*.*', { cwd: join(import.meta.dirname, '../../../examples/handbook/documents') }).length
const patience = { timeout: 30_000, interval: 50 }
const database = await PostgresServer.start(process.env.GATEHOUSE_SERVICE_POSTGRES ?? 'postgres')
let url: string
beforeAll(async () => {
  url = await database.makeDatabase()
})

/** Directories of their own, one home (master key) and one folder of blobs. */
const root = temporaryPlace()
const blobs = join(root.data, 'blobs')
const placeOf = (name: string) => {
  const data = join(root.data, name)
  mkdirSync(data, { recursive: true })
  try {
    symlinkSync(blobs, join(data, 'blobs'))
  } catch {
    // from an earlier start
  }
  return { data, home: root.home }
}
const start = (name: string) => spawnServer(placeOf(name), ['--store', url])

const controlUrlOf = ({ consoleUrl }: ServerProcess) => consoleUrl.replace(/\/console$/, '')
const linkOf = ({ output }: ServerProcess) => /(http:\S+#link=\S+)/.exec(output)?.[1]
const signIn = (server: ServerProcess, setUpLink?: string) =>
  becomeOperator({ dataUrl: server.dataUrl, controlUrl: controlUrlOf(server), ...(setUpLink ? { setUpLink } : {}) })

/** As one more process, with what the servers share. */
function openStore(name: string): Promise<ServerStore> {
  const { data, home } = placeOf(name)
  return createPostgresStore({
    ...{ url, directory: data, blobs: new DirectoryBlobs(blobs) },
    masterKey: loadMasterKey({ environment: {}, configDirectory: home }),
    headsFile: headsFileOf({ data, home, environment: {} }),
  })
}

let one: ServerProcess
let two: ServerProcess
let key = ''
let operator: { one: Operator; two: Operator }

beforeAll(async () => {
  mkdirSync(blobs, { recursive: true })
  ;[one, two] = await Promise.all([start('one'), start('two')])
  key = /(gh-\w+)/.exec(one.output + two.output)![1]!
  const first = await signIn(one, linkOf(one))
  operator = { one: first, two: await signIn(two) }
}, 60_000)
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
  await database[Symbol.asyncDispose]()
  root.remove()
})

const baseOf = async ({ admin }: Operator) => (await admin.listBases()).items.find(({ name }) => name === 'handbook')!.id
const upload = async (who: Operator, name: string, text: string, access = 'everyone') =>
  who.admin.uploadDocument({ path: { base: await baseOf(who) }, query: { name, access }, body: new Blob([text]) })
const statusOf = async (who: Operator, document: string) => (await who.admin.getDocument({ path: { document } })).status
const isSearchable = (who: Operator, document: string) =>
  vi.waitFor(async () => expect(await statusOf(who, document)).toBe('completed'), patience)

async function call(server: ServerProcess, apiKey: string, model = 'assistant'): Promise<Response> {
  return fetch(`${server.dataUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'How many days of annual leave carry over?' }] }),
  })
}

describe('two servers on one database', () => {
  test('started at the same time, they set up one company: one key, one link that counts, no document twice', async () => {
    expect([one, two].filter(({ output }) => output.includes('API key of the sample consumer'))).toHaveLength(1)
    expect((await call(one, key)).status).toBe(200)
    expect((await call(two, key)).status).toBe(200)
    // the password was set with one link: the other is over
    await expect(signIn(two, linkOf(two))).rejects.toMatchObject({ status: 401 })
    const base = await baseOf(operator.two)
    const titles = async () => {
      const page = await operator.two.admin.listDocuments({ path: { base }, query: { limit: 200, reason: 'counting them' } })
      expect(page.items.every(({ status }) => status === 'completed')).toBe(true)
      return page.items.map(({ id, title }) => `${title} ${id}`)
    }
    await vi.waitFor(async () => expect((await titles()).length).toBe(files), patience)
  })

  test('what is uploaded through one is found through the other, whoever worked on it', async () => {
    const { id } = await upload(operator.one, 'osprey.md', '# Osprey\n\nThe osprey code for visitors is Talgarth-73.')
    await isSearchable(operator.two, id)
    const person = await operator.two.chatAs('tamsin')
    const answer = await person.ask('What is the osprey code for visitors?')
    expect(answer.text).toContain('Talgarth-73')
    const there = await operator.one.chatAs('tamsin')
    const { items } = await there.chat.turns(answer.conversation)
    expect(items.map(({ query }) => query)).toEqual(['What is the osprey code for visitors?'])
  })

  test('access taken away through one is refused by the other with the very next question', async () => {
    const { id } = await upload(operator.one, 'bittern.md', '# Bittern\n\nThe bittern fund holds 4711 pounds for Leeds.')
    await isSearchable(operator.one, id)
    const person = await operator.two.chatAs('tamsin')
    const question = 'How much does the bittern fund hold for Leeds?'
    const before = await person.ask(question)
    expect(before.text).toContain('4711')
    await operator.one.admin.changeDocument({ path: { document: id }, body: { access: ['group:people'] } })
    const seen = person.received.length
    expect((await person.ask(question, before.conversation)).text).not.toContain('4711')
    const { items } = await person.chat.turns(before.conversation)
    expect(items[0]).toMatchObject({ masked: true, answer: '', sources: [] })
    expect(await person.chat.passage(before.message, 1)).toEqual({ readable: false, n: 1 })
    expect(person.received.slice(seen).join('\n')).not.toContain('4711')
  })

  test('a change of configuration through one is in force in the other: a new key, a key withdrawn, a person moved out of a group', async () => {
    await operator.one.admin.createConsumer({ body: { name: 'till', title: 'Till' } })
    const made = await operator.one.admin.createKey({ path: { consumer: 'till' }, body: { title: 'second' } })
    await vi.waitFor(async () => expect((await call(two, made.key)).status).toBe(200), patience)
    await operator.one.admin.revokeKey({ path: { consumer: 'till', key: made.view.id } })
    await vi.waitFor(async () => expect((await call(two, made.key)).status).toBe(401), patience)

    await operator.one.admin.createGroup({ body: { name: 'curlews', title: 'Curlews' } })
    const { id } = await upload(operator.one, 'curlew.md', '# Curlew\n\nThe curlew shelf is number 8125.', 'group:curlews')
    await operator.one.admin.takeOver({ body: { kind: 'User', name: 'tamsin' } })
    const { items } = await operator.one.admin.listUsers()
    const { groups } = items.find(({ name }) => name === 'tamsin')!
    const move = (to: string[]) => operator.one.admin.changeUser({ path: { user: 'tamsin' }, body: { groups: to } })
    await move([...groups, 'curlews'])
    await isSearchable(operator.one, id)
    const person = await operator.two.chatAs('tamsin')
    await vi.waitFor(async () => expect((await person.ask('Which number has the curlew shelf?')).text).toContain('8125'), patience)
    await move([...groups])
    await vi.waitFor(async () => expect((await person.ask('Which number has the curlew shelf?')).text).not.toContain('8125'), patience)
  })

  test('a server killed while it reads documents leaves them to the other; what it answered is recorded at its next start; all chains verify', async () => {
    const answered: string[] = []
    const texts = Array.from(
      { length: 24 },
      (_, at) => `# Plover ${at}\n\nPlover ${at} nests in field ${at * 7}.\n\n${'Sand and shingle. '.repeat(2000)}`,
    )
    const documents = await Promise.all(texts.map((text, at) => upload(operator.one, `plover-${at}.md`, text)))
    const replies = await Promise.all(Array.from({ length: 8 }, () => call(one, key)))
    for (const reply of replies) {
      expect(reply.status).toBe(200)
      await reply.text()
      answered.push(reply.headers.get('x-gatehouse-trace')!)
    }
    await one.kill()
    // the half minute of its leases is over
    await database.run(url, "UPDATE job SET lease_until = 0 WHERE queue = 'ingest'")
    for (const { id } of documents) await isSearchable(operator.two, id)

    one = await start('one')
    operator.one = await signIn(one)
    for (const id of answered)
      await vi.waitFor(async () => expect((await operator.two.admin.getCall({ path: { call: id } })).call.id).toBe(id), patience)
    const report = await operator.two.admin.verifyAudit()
    expect(report).toMatchObject({ intact: true, problems: [] })
    expect(report.chains.length).toBeGreaterThanOrEqual(3)
    await using store = await openStore('three')
    expect(await store.audit.verify()).toMatchObject({ intact: true, problems: [] })
  })
})
