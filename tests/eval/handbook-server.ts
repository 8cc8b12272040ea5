import { startServer } from '@gatehouse/server'
import { becomeOperator, type Person } from '../end-to-end/people.ts'
import { temporaryPlace } from '../end-to-end/server-process.ts'
import { isRefusal } from './answering.ts'
import { linesOf } from './collection.ts'
import { loadManifest, type Outcome, type Question } from './handbook.ts'

/** All questions through the chat app of a real server, each in the session of its asker. */
export async function askServer(file: string, folder: string, given: { config?: string; embedded?: boolean } = {}): Promise<Outcome[]> {
  const place = temporaryPlace()
  const { documents } = await loadManifest(folder)
  const paths = new Map(documents.map(({ title, path }) => [title, path]))
  const server = await startServer({
    ...place,
    host: '127.0.0.1',
    controlHost: '127.0.0.1',
    port: 0,
    controlPort: 0,
    sample: folder,
    ...(given.config !== undefined && { config: given.config }),
    environment: {},
    quiet: true,
  })
  try {
    await server.synced
    const operator = await becomeOperator(server)
    if (given.embedded) await until(async () => (await operator.admin.getBase({ path: { base: 'handbook' } })).vectors?.ready === true)
    const people = new Map<string, Person>()
    const outcomes: Outcome[] = []
    for (const question of await linesOf<Question>(file)) {
      const person = people.get(question.asker) ?? (await operator.chatAs(question.asker))
      people.set(question.asker, person)
      outcomes.push(await askOne(person, question, paths))
    }
    return outcomes
  } finally {
    await server.close()
    place.remove()
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100))
}

async function askOne(person: Person, question: Question, paths: ReadonlyMap<string, string>): Promise<Outcome> {
  const before = person.received.length
  const { text, events, sources } = await person.ask(question.question)
  const refusal = events.find((event) => event.type === 'refused')
  const said = refusal ? refusal.message : text
  return {
    question,
    answer: {
      text: said,
      refused: refusal !== undefined || isRefusal(said),
      everything: [said, ...person.received.slice(before)].join('\n'),
    },
    cited: [...new Set(sources)].flatMap((title) => paths.get(title) ?? []),
  }
}
