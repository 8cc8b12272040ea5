import { join } from 'node:path'
import type { Command } from 'commander'
import { type Check, examine } from '../checks.ts'
import { Failure } from '../failure.ts'
import { paint, plural, show } from '../output.ts'
import { settingsOf } from '../settings.ts'
import { printable, type Terminal } from '../terminal.ts'
import { argumentsOf } from './serve.ts'

export function addDoctor(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .summary('check this installation')
    .description('Looks at everything a server needs here, changes nothing, and says what to do. Ends with 2 when something fails.')
    .option('--data <directory>', 'data directory (default: "data", or GATEHOUSE_DATA)')
    .option('--store <address>', 'postgres://… when the store is in a database (default: GATEHOUSE_STORE)')
    .option('--blobs <address>', 'bucket for the bytes of documents (default: the data directory, or GATEHOUSE_BLOBS)')
    .option('--port <number>', 'port of the data plane')
    .option('--control-port <number>', 'port of the control plane')
    .action(async (options: { data?: string; store?: string; blobs?: string; port?: string; controlPort?: string }, command: Command) => {
      const server = await terminal.loadServer()
      const place = server.parseOptions(argumentsOf(options), terminal.environment)
      const { port = 8080, controlPort = 8081 } = place
      const ports = [
        { name: 'data plane', port },
        { name: 'control plane', port: controlPort },
      ]
      const root = join(import.meta.dirname, '../../../..')
      const results = await examine({
        place,
        nodeVersion: process.versions.node,
        ports,
        root,
        server,
      })
      show(terminal, settingsOf(command, terminal).output, results, () => results.map((check) => lineOf(terminal, check)).join('\n'))
      const failed = results.filter(({ level }) => level === 'fail')
      if (failed.length)
        throw new Failure('check_failed', `${plural(failed.length, 'check')} failed: ${failed.map(({ name }) => name).join(', ')}`)
    })
}

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const

const lineOf = (terminal: Terminal, { name, level, message, advice }: Check) =>
  `${paint(terminal, colours[level], level.padEnd(4))}  ${name.padEnd(14)}  ${printable(message)}${advice ? ` – ${printable(advice)}` : ''}`
