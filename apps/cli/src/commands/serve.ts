import type { Command } from 'commander'
import { settingsOf } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

const passedOn = [
  'config',
  'data',
  'store',
  'blobs',
  'host',
  'port',
  'controlHost',
  'controlPort',
  'sample',
  'home',
  'tlsCert',
  'tlsKey',
  'trustedProxies',
] as const
type Options = Partial<Record<(typeof passedOn)[number], string>>

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .summary('start the server')
    .description('Starts the server: the data plane for people and programs, the control plane for operators. Ctrl-C ends it.')
    .option('--config <path>', 'YAML file, or directory of them, with the resources this server declares')
    .option('--data <directory>', 'everything the server keeps (default: "data", or GATEHOUSE_DATA)')
    .option(
      '--store <address>',
      'postgres://… for a store that several servers share; a password is better kept in DATABASE_URL_FILE (default: embedded, or GATEHOUSE_STORE, DATABASE_URL)',
    )
    .option(
      '--blobs <address>',
      's3://bucket/prefix?endpoint=…&region=… for the bytes of documents (default: the data directory, or GATEHOUSE_BLOBS)',
    )
    .option('--home <directory>', 'master key and exported audit heads; never inside --data (default: GATEHOUSE_HOME)')
    .option('--host <address>', 'address of the data plane (default: 127.0.0.1)')
    .option('--port <number>', 'port of the data plane, 0 for any (default: 8080, or the next free one)')
    .option('--control-host <address>', 'address of the control plane (default: 127.0.0.1)')
    .option('--control-port <number>', 'port of the control plane, 0 for any (default: 8081, or the next free one)')
    .option('--tls-cert <file>', 'PEM certificate with its chain: both listeners then speak TLS (default: GATEHOUSE_TLS_CERT)')
    .option('--tls-key <file>', 'PEM key of the certificate (default: GATEHOUSE_TLS_KEY)')
    .option(
      '--trusted-proxies <ranges>',
      'proxies whose X-Forwarded-* is believed: addresses and CIDR ranges (default: GATEHOUSE_TRUSTED_PROXIES)',
    )
    .option('--sample <directory>', 'start with the sample company of a directory')
    .action(async (options: Options, command: Command) => {
      const { main } = await terminal.loadServer()
      await main([...argumentsOf(options), ...(settingsOf(command, terminal).quiet ? ['--quiet'] : [])])
    })
}

/** The options as the server reads them. */
export function argumentsOf(options: Options): string[] {
  return passedOn.flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value]
  })
}
