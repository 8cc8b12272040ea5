import type { CallRow } from '@gatehouse/contracts'
import type { AdminClient } from '@gatehouse/sdk'
import type { Command } from 'commander'
import { adminClient } from '../clients.ts'
import { duration, instant, show, table } from '../output.ts'
import { type Settings, settingsOf } from '../settings.ts'
import { storyOf } from '../story.ts'
import { printable, type Terminal } from '../terminal.ts'
import { whole } from './knowledge.ts'

interface Filters {
  readonly user?: string
  readonly consumer?: string
  readonly target?: string
  readonly end?: CallRow['end']
  readonly limit: number
}
const every = 2000

export function addTrace(program: Command, terminal: Terminal): void {
  const group = program
    .command('trace')
    .helpCommand(false)
    .summary('calls and their stories')
    .description('Calls: list them, read the story of one, watch them come.')
  filtered(group.command('ls', { isDefault: true }))
    .description('Lists the newest calls.')
    .action(async ({ limit, ...filters }: Filters, command: Command) => {
      const settings = settingsOf(command, terminal)
      const { items } = await adminClient(terminal, settings).listCalls({ query: { limit, ...filters } })
      show(terminal, settings.output, items, () => callTable(items))
    })
  group
    .command('get')
    .description('Tells the story of one call: who, layers, guards, documents, models. Never what was asked or answered.')
    .argument('<id>', 'the call')
    .action(async (call: string, _: object, command: Command) => {
      const settings = settingsOf(command, terminal)
      const trace = await adminClient(terminal, settings).getCall({ path: { call } })
      show(terminal, settings.output, trace, () => printable(storyOf(trace)))
    })
  filtered(group.command('tail'))
    .description('Prints calls as they come, until Ctrl-C.')
    .action(async (filters: Filters, command: Command) => {
      const settings = settingsOf(command, terminal)
      await tail(terminal, settings, adminClient(terminal, settings), filters)
    })
}

const filtered = (command: Command) =>
  command
    .option('--user <name>', 'only of this person')
    .option('--consumer <name>', 'only of this calling system')
    .option('--target <name>', 'only to this route or app')
    .option('--end <how>', 'only those that ended so: complete, cancelled, failed, blocked')
    .option('--limit <number>', 'at most so many', whole, 20)

const columns = [
  { title: 'TIME (UTC)', of: ({ at }: CallRow) => instant(at) },
  { title: 'WHO', of: (call: CallRow) => whoOf(call) },
  { title: 'TARGET', of: ({ target, model }: CallRow) => target || model },
  { title: 'END', of: ({ end, weak }: CallRow) => (end === 'complete' && weak ? 'complete (weak match)' : end) },
  { title: 'VERDICT', of: ({ verdict }: CallRow) => verdict },
  { title: 'TOOK', of: (call: CallRow) => duration(call.duration) },
  { title: 'TOKENS', of: ({ usage }: CallRow) => usage && `${usage.inputTokens}+${usage.outputTokens}` },
  { title: 'CALL', of: ({ id }: CallRow) => id },
]

const whoOf = ({ user, consumer, pseudonym }: CallRow): string => {
  const person = user ?? (pseudonym && `"${pseudonym}"`)
  return person ? `${person} via ${consumer}` : consumer
}
const callTable = (calls: readonly CallRow[]) => table(calls, columns, 'there is no such call')

async function tail(terminal: Terminal, { output }: Settings, client: AdminClient, { limit, ...filters }: Filters): Promise<void> {
  let seen: ReadonlySet<string> | undefined
  while (!terminal.signal.aborted) {
    const { items } = await client.listCalls({ query: { limit: seen ? 200 : limit, ...filters } })
    for (const call of items.filter(({ id }) => !seen?.has(id)).reverse()) terminal.out(`${lineOf(call, output)}\n`)
    seen = new Set(items.map(({ id }) => id).concat(seen ? [...seen].slice(0, 1000) : []))
    await terminal.pause(every)
  }
}

/** One call a line; for programs as JSON, since a stream has no end that YAML or an array would need. */
const lineOf = (call: CallRow, output: Settings['output']) =>
  output === 'table' ? printable(columns.map(({ of }) => of(call) ?? '').join('  ')) : JSON.stringify(call)
