import { Command, Option } from 'commander'
import { addAsk } from './commands/ask.ts'
import { addAudit } from './commands/audit.ts'
import { addConfig } from './commands/config.ts'
import { addDatabase } from './commands/db.ts'
import { addDoctor } from './commands/doctor.ts'
import { addKnowledge } from './commands/knowledge.ts'
import { addServe } from './commands/serve.ts'
import { addSession } from './commands/session.ts'
import { addTrace } from './commands/trace.ts'
import { formats, show } from './output.ts'
import { settingsOf } from './settings.ts'
import type { Terminal } from './terminal.ts'
import { version } from './version.ts'

/** All commands. What is shared by all of them is set first: a command takes it from its parent when it is added. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('gatehouse')
    .description('One guarded door to language models, and one assistant over your own documents.')
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(formats).default('table'))
    .option('--quiet', 'no progress and no remarks, only results')
    .option('--url <url>', 'the control plane (default: GATEHOUSE_URL, or http://127.0.0.1:8081)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(`gatehouse: invalid_request: ${oneLine(text)} – "gatehouse --help" lists what there is\n`),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpCommand(false)
    .exitOverride()
  for (const add of [addServe, addSession, addAsk, addKnowledge, addTrace, addAudit, addDoctor, addDatabase, addConfig, addVersion])
    add(program, terminal)
  return program
}

const oneLine = (text: string) =>
  text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')

function addVersion(program: Command, terminal: Terminal): void {
  program
    .command('version')
    .description('Prints the version.')
    .action((_: object, command: Command) => {
      const facts = { gatehouse: version, node: process.versions.node }
      show(terminal, settingsOf(command, terminal).output, facts, () => `gatehouse ${version} (Node ${facts.node})`)
    })
}
