import type { ChatSource, Place } from '@gatehouse/contracts'
import { createGatewayClient, GatehouseError } from '@gatehouse/sdk'
import type { Command } from 'commander'
import { adminClient, chatClient } from '../clients.ts'
import { adviceOnTrust, codeOf, exitCodes, Failure } from '../failure.ts'
import { show } from '../output.ts'
import { placeText } from '../passage.ts'
import { progressOf, type Settings, settingsOf, standardGateway, withoutSlash } from '../settings.ts'
import { printable, type Terminal } from '../terminal.ts'
import { tokenOfLink } from './session.ts'

interface AskOptions {
  readonly app: string
  readonly as?: string
  readonly key?: string
  readonly gateway?: string
}
/** What an answer came to. */
interface Answer {
  readonly text: string
  readonly sources: readonly CitedSource[]
  readonly refused: boolean
  readonly trace?: string
}
interface CitedSource {
  readonly n: number
  readonly title?: string
  readonly place?: Place
  readonly document?: string
  readonly version?: number
  readonly start?: number
  readonly end?: number
}
type Write = (text: string) => void

export function addAsk(program: Command, terminal: Terminal): void {
  program
    .command('ask')
    .summary('ask an app a question')
    .description(
      'Asks an app and prints the answer while it comes, then its sources. Asks as the consumer of a key; with --as, as a person of the sample company, which needs an administrator signed in and is audited.',
    )
    .argument('<question>', 'the question; - reads it from standard input')
    .option('--app <name>', 'the app to ask', 'handbook')
    .option('--as <user>', 'ask as this sample person, with exactly that person\u2019s rights')
    .option('--key <key>', 'key of a consumer (better: GATEHOUSE_KEY, which other users of this machine cannot see)')
    .option('--gateway <url>', 'the data plane (default: GATEHOUSE_GATEWAY, or http://127.0.0.1:8080)')
    .action(async (question: string, options: AskOptions, command: Command) => {
      const settings = settingsOf(command, terminal)
      const asked = question === '-' ? (await terminal.readInput()).trim() : question
      if (!asked) throw new Failure('invalid_request', 'the question is empty')
      const write: Write = settings.output === 'table' ? (text) => terminal.out(printable(text)) : () => {}
      const answer =
        options.as === undefined ? await byKey(terminal, asked, options, write) : await asPerson(terminal, settings, asked, options, write)
      finish(terminal, settings, answer)
    })
}

function finish(terminal: Terminal, { output }: Settings, answer: Answer): void {
  show(terminal, output, answer, () => ['', ...sourceLines(answer.sources)].join('\n'))
  if (answer.refused)
    throw new Failure('blocked', 'the security policy refused this', {
      advice: 'the trace in the console says which rule; ask differently',
    })
}

const sourceLines = (sources: readonly CitedSource[]) => (sources.length ? ['', 'Sources', ...sources.map(sourceLine)] : [])
const sourceLine = ({ n, title, place, document, version, start, end }: CitedSource) =>
  printable(
    `  [${n}] ${[title || (document ? `document ${document}, version ${version}, characters ${start}–${end}` : 'a document'), placeText(place)].filter(Boolean).join(' › ')}`,
  )

async function byKey(
  { fetch, environment, signal }: Terminal,
  question: string,
  { app, key, gateway }: AskOptions,
  write: Write,
): Promise<Answer> {
  const token = key ?? environment.GATEHOUSE_KEY
  if (!token)
    throw new Failure('unauthorized', 'there is no key', { advice: 'set GATEHOUSE_KEY or give --key; or ask as a sample person with --as' })
  const base = withoutSlash(gateway ?? environment.GATEHOUSE_GATEWAY ?? standardGateway)
  const { completions } = createGatewayClient({ base, fetch, token }).chat
  let text = ''
  let refused = false
  let sources: readonly CitedSource[] = []
  try {
    for await (const chunk of completions.stream({ model: `app/${app}`, messages: [{ role: 'user', content: question }] }, { signal })) {
      for (const { delta, finish_reason: reason } of chunk.choices) {
        if (delta.content) write(delta.content)
        text += delta.content ?? ''
        refused ||= reason === 'content_filter'
      }
      sources = citedIn(chunk) ?? sources
    }
  } catch (thrown) {
    throw advised(thrown, base)
  }
  return { text, sources, refused }
}

function advised(thrown: unknown, base: string): unknown {
  if (!(thrown instanceof GatehouseError)) return thrown
  if (thrown.code === 'network')
    return new Failure('network', `${base} cannot be reached`, {
      advice: adviceOnTrust(thrown) ?? 'start the server with "gatehouse serve", or name it with --gateway',
      cause: thrown,
    })
  if (codeOf(thrown) === 'unauthorized')
    return new Failure('unauthorized', thrown.message, { advice: 'check GATEHOUSE_KEY; the console makes new keys', cause: thrown })
  return thrown
}

/** The last chunk names its sources beside the choices, as references. */
function citedIn(chunk: object): CitedSource[] | undefined {
  if (!('citations' in chunk) || !Array.isArray(chunk.citations)) return undefined
  return chunk.citations.map(
    ({ n, reference, title, place }: { n: number; reference?: Omit<CitedSource, 'n'>; title?: string; place?: Place }) => ({
      n,
      ...(title && { title }),
      ...(place && { place }),
      ...(reference?.document && { document: reference.document, version: reference.version, start: reference.start, end: reference.end }),
    }),
  ) as CitedSource[]
}

/** Through a "chat as" link, as the console opens it: made by the administrator who is signed in, used once, and closed after the answer. */
async function asPerson(
  terminal: Terminal,
  settings: Settings,
  question: string,
  { app, as: user = '' }: AskOptions,
  write: Write,
): Promise<Answer> {
  const { url } = await adminClient(terminal, settings)
    .createLink({ path: { user }, body: { kind: 'chat-as' } })
    .catch((thrown: unknown) => {
      if (!(thrown instanceof GatehouseError) || thrown.code !== 'conflict') throw thrown
      throw new Failure('forbidden', thrown.message, {
        advice: 'ask as the consumer of a key instead, without --as',
        exit: exitCodes.notAllowed,
        cause: thrown,
      })
    })
  const chat = chatClient(terminal, new URL(url).origin)
  await chat.signIn({ link: tokenOfLink(url) })
  try {
    return await chatAnswer(
      terminal,
      chat.ask(app, { query: question }, { signal: terminal.signal }),
      progressOf(terminal, settings),
      write,
    )
  } finally {
    await chat.signOut().catch(() => {}) // the answer counts; the session ends by itself
  }
}

async function chatAnswer(
  { isInteractive }: Terminal,
  events: ReturnType<ReturnType<typeof chatClient>['ask']>,
  progress: Write,
  write: Write,
): Promise<Answer> {
  let text = ''
  let trace: string | undefined
  let refused = false
  let sources: readonly ChatSource[] = []
  for await (const event of events) {
    if (event.type === 'start') trace = event.trace
    else if (event.type === 'node' && event.status === 'running' && isInteractive) progress(`… ${printable(event.title)}`)
    else if (event.type === 'text') {
      write(event.text)
      text += event.text
    } else if (event.type === 'citations') sources = event.sources
    else if (event.type === 'error') throw new Failure(event.code, event.message)
    else if (event.type === 'refused') {
      write(`${text ? '\n\n' : ''}${event.message}`)
      text = event.message
      refused = true
    }
  }
  return { text, sources: refused ? [] : sources, refused, ...(trace && { trace }) }
}
