import { join } from 'node:path'
import { type RunningServer, startServer } from '@gatehouse/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { becomeOperator, type Operator } from './people.ts'
import { temporaryPlace } from './server-process.ts'

const sample = join(import.meta.dirname, '../../examples/handbook')
const place = temporaryPlace()
const options = { ...place, host: '127.0.0.1', controlHost: '127.0.0.1', port: 0, controlPort: 0, sample, environment: {} }
let server: RunningServer
let operator: Operator

beforeAll(async () => {
  server = await startServer(options)
  await server.synced
  operator = await becomeOperator(server)
}, 60_000)
afterAll(async () => {
  await server.close()
  place.remove()
})

const question = 'What is the maximum of salary band B4 in Leeds, in pounds a year?'

/** Words that stand in the salary table alone. */
async function secretsOf(title: RegExp) {
  const { items: bases } = await operator.admin.listBases()
  const base = bases.find(({ name }) => name === 'handbook')!
  const page = await operator.admin.listDocuments({
    path: { base: base.id },
    query: { limit: 200, reason: 'checking what must stay closed' },
  })
  const document = page.items.find((each) => title.test(each.title ?? ''))!
  return { base: base.id, document: document.id, title: document.title! }
}

test('a restricted document reaches nobody without access: not in an answer, a citation, the history, or anything else they are sent', async () => {
  const { title } = await secretsOf(/salary/i)
  const outsider = await operator.chatAs('tamsin')
  const answer = await outsider.ask(question)
  await outsider.chat.conversations()
  await outsider.chat.turns(answer.conversation)
  expect(answer.sources).not.toContain(title)
  const everything = outsider.received.join('\n')
  expect(everything).not.toContain(title)
  expect(everything.toLowerCase()).not.toContain('salary-bands')
  expect(answer.text).toMatch(/documents you can read/i)
})

test('access granted is answered at once; access taken away masks what was answered, closes the passage, and is refused from then on', async () => {
  const { document, title } = await secretsOf(/salary/i)
  const person = await operator.chatAs('tamsin')
  const change = (access: string[]) => operator.admin.changeDocument({ path: { document }, body: { access } })
  await change(['group:people', 'group:engineering'])
  const granted = await person.ask(question)
  expect(granted.sources).toContain(title)
  const open = await person.chat.passage(granted.message, 1)
  expect(open.readable).toBe(true)

  await change(['group:people'])
  const before = person.received.length
  const { items } = await person.chat.turns(granted.conversation)
  expect(items.at(-1)).toMatchObject({ masked: true, answer: '', sources: [] })
  expect(await person.chat.passage(granted.message, 1)).toEqual({ readable: false, n: 1 })
  const refused = await person.ask(question, granted.conversation)
  expect(refused.sources).not.toContain(title)
  expect(refused.text).toMatch(/documents you can read/i)
  expect(person.received.slice(before).join('\n')).not.toContain(title)
})

test('sessions and history survive a restart', async () => {
  const person = await operator.chatAs('dorrit')
  const asked = await person.ask('How many days of annual leave carry over?')
  expect(asked.sources.length).toBeGreaterThan(0)
  const ports = { port: Number(new URL(server.dataUrl).port), controlPort: Number(new URL(server.controlUrl).port) }
  await server.close()
  server = await startServer({ ...options, ...ports })
  const { items } = await person.chat.turns(asked.conversation)
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ query: 'How many days of annual leave carry over?', answer: asked.text, masked: false })
})
