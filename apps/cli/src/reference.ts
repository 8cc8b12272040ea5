import type { Command } from 'commander'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

/** The page docs/reference/cli.md: every command's own help, in the order of `gatehouse --help`. */
export function renderReference(): string {
  const program = createProgram(nobody)
  return [...opening, ...sections(program, '')].join('\n')
}

const opening = [
  '# The command line',
  '',
  '<!-- Written by `npm run generate` from the commands themselves; change them there. -->',
  '',
  'From a clone: `npm run gatehouse -- <command>`, for example `npm run gatehouse -- doctor`.',
  '',
  '- **Exit codes**: 0 done; 1 error; 2 a check failed (`audit verify`, `doctor`, `config validate`, `db status`, `db restore`); 3 not allowed (not signed in, role missing, refused by policy).',
  '- **Output**: results on standard output as `-o table`, `json` or `yaml`; progress, questions and errors on standard error. No colour without a terminal, or with `NO_COLOR`.',
  '- **Errors** are one line: the code, what was wrong, what to do. `GATEHOUSE_DEBUG=1` adds the stack.',
  '- **Environment**: `GATEHOUSE_URL` (control plane), `GATEHOUSE_GATEWAY` (data plane), `GATEHOUSE_KEY` (key for `ask`), `GATEHOUSE_TOKEN` (a session’s token instead of `login`), `GATEHOUSE_HOME` (configuration directory), `GATEHOUSE_DATA` (data directory), `GATEHOUSE_MASTER_KEY` or `GATEHOUSE_MASTER_KEY_FILE`, `GATEHOUSE_AUDIT_HEADS`.',
  '',
]

function sections(command: Command, parents: string): string[] {
  const name = `${parents} ${command.name()}`.trim()
  return [
    `## ${name}`,
    '',
    '```',
    command.helpInformation().trimEnd(),
    '```',
    '',
    ...command.commands.flatMap((child) => sections(child, name)),
  ]
}

/** Help asks for nothing outside; what did would show here. */
const nobody = new Proxy({} as Terminal, {
  get: (_, name) => {
    throw new Error(`help must not touch the terminal (${String(name)})`)
  },
})
