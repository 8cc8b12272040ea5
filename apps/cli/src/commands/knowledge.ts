import type { BaseView, SearchView } from '@gatehouse/contracts'
import { type Command, InvalidArgumentError } from 'commander'
import { adminClient } from '../clients.ts'
import { ingest } from '../ingest.ts'
import { duration, plural, show, table } from '../output.ts'
import { placeOf } from '../passage.ts'
import { settingsOf } from '../settings.ts'
import { printable, type Terminal } from '../terminal.ts'

interface IngestOptions {
  readonly base: string
  readonly access?: string
  readonly wait: boolean
}
interface SearchOptions {
  readonly query: string
  readonly base: string
  readonly asUser?: string
  readonly limit?: number
}

export function addKnowledge(program: Command, terminal: Terminal): void {
  const group = program
    .command('kb')
    .helpCommand(false)
    .summary('knowledge bases')
    .description('Knowledge bases: list, add documents, search as somebody would.')
  addList(group, terminal)
  addCreate(group, terminal)
  addIngest(group, terminal)
  addSearch(group, terminal)
}

function addList(group: Command, terminal: Terminal): void {
  group
    .command('ls')
    .description('Lists the knowledge bases with what they hold and who may read new documents.')
    .action(async (_: object, command: Command) => {
      const settings = settingsOf(command, terminal)
      const { items } = await adminClient(terminal, settings).listBases()
      show(terminal, settings.output, items, () => baseTable(items))
    })
}

const baseTable = (bases: readonly BaseView[]) =>
  table(
    bases,
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'TITLE', of: ({ title }) => title },
      { title: 'DOCUMENTS', of: ({ documents }) => documents },
      { title: 'SEGMENTS', of: ({ segments }) => segments },
      { title: 'NEW DOCUMENTS FOR', of: ({ access }) => access.join(', ') || 'nobody' },
      { title: 'MANAGED BY', of: ({ managedBy }) => managedBy },
    ],
    'there is no knowledge base',
  )

function addCreate(group: Command, terminal: Terminal): void {
  group
    .command('create')
    .description('Adds a knowledge base.')
    .argument('<name>', 'lower-case letters, digits, dots, dashes and underscores')
    .option('--title <text>', 'what people see', '')
    .option(
      '--access <principals>',
      'who may read documents that say nothing else: everyone, group:NAME, user:NAME, consumer:NAME, with commas between; nobody when absent',
    )
    .action(async (name: string, { title, access }: { title: string; access?: string }, command: Command) => {
      const settings = settingsOf(command, terminal)
      const base = await adminClient(terminal, settings).createBase({ body: { name, title, access: listOf(access) } })
      show(terminal, settings.output, base, () => `made the knowledge base ${base.name}`)
    })
}

const listOf = (text = '') =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

function addIngest(group: Command, terminal: Terminal): void {
  group
    .command('ingest')
    .description('Adds files, or the PDF, Word, Excel, CSV, Markdown, text and HTML files of folders, and waits until they can be found.')
    .argument('<paths...>', 'files and folders')
    .requiredOption('--base <name>', 'the knowledge base')
    .option(
      '--access <principals>',
      'who may read them: everyone, group:NAME, user:NAME, consumer:NAME, with commas between; as the knowledge base says when absent',
    )
    .option('--no-wait', 'return as soon as the files are handed over')
    .action(async (paths: string[], options: IngestOptions, command: Command) => {
      const settings = settingsOf(command, terminal)
      await ingest(terminal, settings, adminClient(terminal, settings), { ...options, paths })
    })
}

function addSearch(group: Command, terminal: Terminal): void {
  group
    .command('search')
    .summary('search a knowledge base as a person would')
    .description(
      'Runs the real search, as oneself or with the rights of another person (audited). Passages that you may not read yourself stay masked.',
    )
    .requiredOption('-q, --query <text>', 'what to search for')
    .requiredOption('--base <name>', 'the knowledge base')
    .option('--as-user <user>', 'whose rights count')
    .option('--limit <number>', 'how many passages', whole)
    .action(async ({ query, base, asUser, limit }: SearchOptions, command: Command) => {
      const settings = settingsOf(command, terminal)
      const body = { query, ...(asUser !== undefined && { asUser }), ...(limit !== undefined && { topK: limit }) }
      const found = await adminClient(terminal, settings).searchBase({ path: { base }, body })
      show(terminal, settings.output, found, () => searchText(found))
    })
}

export function whole(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('expected a whole number above 0')
  return number
}

function searchText({ used, left, withheld, weak, took, asUser, principals, vectors, rerank }: SearchView): string {
  const lines = [`as ${asUser} (${principals.join(', ')}), ${duration(took)}`]
  if (vectors?.skipped !== undefined) lines.push(`found by words only: ${vectors.skipped}`)
  if (rerank?.skipped !== undefined) lines.push(`not ordered anew: ${rerank.skipped}`)
  if (weak) lines.push('the match is weak: an app would say that the documents do not answer this')
  for (const { n, score, passage } of used) {
    lines.push('', `[${n}] ${score.toFixed(3)}  ${placeOf(passage)}${passage.readable && !passage.current ? '  (changed since)' : ''}`)
    if (passage.readable) lines.push(...excerpt(passage.text))
  }
  if (used.length === 0) lines.push('nothing was found')
  const rest = [
    `${plural(left.length, 'more passage')} not used`,
    withheld > 0 ? `${plural(withheld, 'document')} withheld from ${asUser}` : '',
  ]
  lines.push('', rest.filter(Boolean).join(', '))
  return printable(lines.join('\n'))
}

const excerpt = (text: string) =>
  (text.length > 400 ? `${text.slice(0, 400)}…` : text)
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => `    ${line}`)
