import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { plural, show, table } from '../output.ts'
import { settingsOf } from '../settings.ts'
import { printable, type Terminal } from '../terminal.ts'

interface Problem {
  readonly path: string
  readonly message: string
}

export function addConfig(program: Command, terminal: Terminal): void {
  const group = program.command('config').helpCommand(false).summary('declared resources').description('Resources declared in YAML files.')
  group
    .command('validate')
    .summary('check YAML files without a server')
    .description(
      'Checks every resource of a file or directory: kind, fields, values; each problem with its place and the nearest right name. Whether names that resources refer to exist, and whether secrets are there, is checked by "serve --config". Ends with 2 when something is wrong.',
    )
    .argument('<path>', 'YAML file, or a directory of them')
    .action(async (path: string, _: object, command: Command) => {
      const { output } = settingsOf(command, terminal)
      const { readDeclared } = await terminal.loadServer()
      const declared = await readDeclared(path).catch((thrown: unknown) => {
        const problems = problemsIn(thrown)
        if (!problems) throw thrown
        show(terminal, output, { valid: false, problems }, () =>
          problems.map(({ path: where, message }) => printable(`${where}: ${message}`)).join('\n'),
        )
        throw new Failure('check_failed', `${plural(problems.length, 'problem')} in ${path}`, { cause: thrown })
      })
      const resources = declared.map(({ kind, project, name }) => ({ kind, project, name }))
      show(terminal, output, { valid: true, resources }, () => listOf(resources))
    })
}

function problemsIn(thrown: unknown): readonly Problem[] | undefined {
  if (!(thrown instanceof Error) || !('details' in thrown)) return undefined
  const { problems } = thrown.details as { problems?: readonly Problem[] }
  return problems
}

const listOf = (resources: readonly { kind: string; name: string; project: string }[]) =>
  table(
    resources,
    [
      { title: 'KIND', of: ({ kind }) => kind },
      { title: 'NAME', of: ({ name }) => name },
      { title: 'PROJECT', of: ({ project }) => project },
    ],
    'nothing is declared there',
  )
