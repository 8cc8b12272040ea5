import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { becomeOperator } from '../tests/end-to-end/people.ts'
import { temporaryPlace } from '../tests/end-to-end/server-process.ts'
import { treeMemoryOf } from './machine.ts'
import { budget, figure, median, type Outcome } from './outcome.ts'

export interface StartOptions {
  readonly quick: boolean
  readonly say: (line: string) => void
}
/** Milliseconds since the process was started. */
interface Times {
  readonly greeted: number
  readonly ready: number
  readonly answered: number
}

const starts = { full: 5, quick: 2 }
const idleSeconds = { full: 30, quick: 5 }
const mostWait = 60_000
const root = join(import.meta.dirname, '..')
const question = 'How long do we keep calibration records?'
const expected = { asker: 'tamsin', says: '15 years' }

/** What `npm start` does on an installed and built clone, as a process of its own: from its start to the first answer with a source. */
export async function measureStart({ quick, say }: StartOptions): Promise<Outcome> {
  const fresh: Times[] = []
  const again: Times[] = []
  const problems: string[] = []
  let memory = { whole: 0, server: 0 }
  for (let time = 1; time <= starts[quick ? 'quick' : 'full']; time++) {
    const place = temporaryPlace()
    try {
      for (const times of [fresh, again]) {
        const server = new Server(place)
        try {
          times.push(await server.untilAnswered())
          say(`${times === fresh ? 'fresh   ' : 'existing'} ${inWords(times.at(-1)!)}`)
          if (times === fresh && time === 1) memory = await server.idle(idleSeconds[quick ? 'quick' : 'full'])
        } finally {
          const code = await server.stop()
          if (code !== 0) problems.push(`the server ended with ${code}`)
        }
      }
    } finally {
      place.remove()
    }
  }
  const megabytes = (bytes: number) => bytes / 2 ** 20
  say(`idle: ${megabytes(memory.whole).toFixed(0)} MB in all, the server ${megabytes(memory.server).toFixed(0)}`)
  const of = (times: readonly Times[], what: keyof Times) => times.map((each) => each[what] / 1000)
  const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const
  const row = (name: string, values: readonly number[]) => figure(name, median(values), 's', range(values))
  return {
    figures: [
      row('fresh data directory: ready', of(fresh, 'ready')),
      row('fresh data directory: first cited answer', of(fresh, 'answered')),
      row('existing data directory: ready', of(again, 'ready')),
      row('existing data directory: first cited answer', of(again, 'answered')),
      figure('idle memory of the server alone', megabytes(memory.server), 'MB'),
    ],
    budgets: [
      budget('start to the first cited answer, fresh', median(of(fresh, 'answered')), 'under', 5, 's'),
      budget('start to the first cited answer, existing data', median(of(again, 'answered')), 'under', 5, 's'),
      budget(
        `memory after ${idleSeconds[quick ? 'quick' : 'full']} idle seconds, all processes`,
        megabytes(memory.whole),
        'under',
        250,
        'MB',
      ),
    ],
    claims: [
      `each of ${fresh.length + again.length} starts answered "${question}" as ${expected.asker} with "${expected.says}" and its source, and ended with 0 when told to stop`,
    ],
    problems,
    notes: quick ? ['quick: idle for five seconds only'] : [],
  }
}

/** The program as people start it, through the shim. */
class Server {
  readonly #place: { data: string; home: string }
  readonly #began = performance.now()
  readonly #child: ChildProcess
  #output = ''

  constructor(place: { data: string; home: string }) {
    this.#place = place
    const options = ['--data', place.data, '--home', place.home, '--port', '0', '--control-port', '0']
    this.#child = spawn(process.execPath, [join(root, 'scripts/node24.mjs'), join(root, 'scripts/start.ts'), ...options], {
      // NODE_OPTIONS of the bench would come before the shim's own
      env: { PATH: process.env.PATH, HOME: place.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) stream.on('data', (read: Buffer) => (this.#output += read.toString()))
  }

  async untilAnswered(): Promise<Times> {
    const [dataUrl, controlUrl] = await this.#until(() => {
      const data = /Models\s+(http:\S+)\/v1/.exec(this.#output)?.[1]
      const control = /(http:\S+)\/console/.exec(this.#output)?.[1]
      return data && control ? ([data, control] as const) : undefined
    })
    const greeted = this.#passed()
    await this.#until(async () => ((await fetch(`${dataUrl}/readyz`)).ok ? true : undefined))
    const ready = this.#passed()
    const setUpLink = /http:\S+#link=\S+/.exec(this.#output)?.[0]
    const operator = await becomeOperator({ dataUrl, controlUrl, ...(setUpLink && { setUpLink }) })
    const person = await operator.chatAs(expected.asker)
    await this.#until(async () => {
      const { text, sources } = await person.ask(question)
      return text.includes(expected.says) && sources.length > 0 ? true : undefined
    })
    return { greeted, ready, answered: this.#passed() }
  }

  async idle(seconds: number): Promise<{ whole: number; server: number }> {
    await sleep(seconds * 1000)
    const whole = treeMemoryOf(this.#child.pid!)
    return { whole, server: whole - treeMemoryOf(this.#child.pid!, 'alone') }
  }

  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    return (await ended)[0] as number | null
  }

  #passed(): number {
    return performance.now() - this.#began
  }

  async #until<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await find()
      if (found !== undefined) return found
      if (this.#child.exitCode !== null || this.#passed() > mostWait)
        throw new Error(`the server at ${this.#place.data} did not get there:\n${this.#output}`)
      await sleep(10)
    }
  }
}

const inWords = ({ greeted, ready, answered }: Times) =>
  `greeted after ${greeted.toFixed(0)} ms, ready ${ready.toFixed(0)}, first cited answer ${answered.toFixed(0)}`
