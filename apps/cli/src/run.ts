import { CommanderError } from 'commander'
import { type ExitCode, exitCodes, explain } from './failure.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

/** One command, from its arguments to its exit code. Never throws. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' })
    return exitCodes.ok
  } catch (thrown) {
    // told already, by commander itself; help that was asked for is no error
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.error
    const { text, exit } = explain(thrown)
    terminal.err(`gatehouse: ${text}\n`)
    if (terminal.environment.GATEHOUSE_DEBUG === '1' && thrown instanceof Error) terminal.err(`${thrown.stack}\n`)
    return exit
  }
}
