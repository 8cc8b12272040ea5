import { resolve } from 'node:path'
import type { AuditReport } from '@gatehouse/contracts'
import type { Command } from 'commander'
import { adminClient, tokenOf } from '../clients.ts'
import { existingMasterKey } from '../existing-key.ts'
import { Failure } from '../failure.ts'
import { plural, show, table } from '../output.ts'
import { type Settings, settingsOf } from '../settings.ts'
import { nameOf, storeAt } from '../store-place.ts'
import { printable, type Terminal } from '../terminal.ts'

interface VerifyOptions {
  readonly data?: string
  readonly store?: string
  readonly heads?: string
}

export function addAudit(program: Command, terminal: Terminal): void {
  const group = program
    .command('audit')
    .helpCommand(false)
    .summary('the audit and its proof')
    .description('The audit: prove that it was not changed, and take it out.')
  group
    .command('verify')
    .summary('prove that nothing was changed')
    .description(
      'Follows every chain and checks it against the signed heads. With --data or --store, or when nobody is signed in, reads the store itself and needs no server. Ends with 2 when the audit is not intact.',
    )
    .option('--data <directory>', 'data directory to read (default: "data", or GATEHOUSE_DATA)')
    .option('--store <address>', 'postgres://… when the store is in a database (default: GATEHOUSE_STORE)')
    .option('--heads <file>', 'exported heads to check against (default: those in the configuration directory)')
    .action(async (options: VerifyOptions, command: Command) => {
      const settings = settingsOf(command, terminal)
      const online = Object.keys(options).length === 0 && tokenOf(terminal, settings) !== undefined
      const report = online ? await adminClient(terminal, settings).verifyAudit() : await verifyHere(terminal, settings, options)
      show(terminal, settings.output, report, () => printable(reportText(report)))
      if (!report.intact)
        throw new Failure('check_failed', 'the audit is not intact', {
          advice: 'keep the data as it is and compare with your copies of the heads',
        })
    })
  group
    .command('export')
    .description('Writes all audit records you may see as JSON, one a line, newest first.')
    .option('--action <name>', 'only this action, e.g. sign-in.fail')
    .option('--actor <name>', 'only by this actor, e.g. user:mara')
    .action(async (filters: { action?: string; actor?: string }, command: Command) =>
      exportAll(terminal, settingsOf(command, terminal), filters),
    )
}

/** Without a server: its library reads the store, which running servers do not mind. */
async function verifyHere(terminal: Terminal, { home }: Settings, { heads, ...where }: VerifyOptions): Promise<AuditReport> {
  const { server, place } = await storeAt(terminal, { ...where, home })
  if ((await server.installation.status(place)).version === 0)
    throw new Failure('not_found', `there is no store in ${nameOf(place)}`, {
      advice: 'name the data directory with --data or the database with --store, or sign in with "gatehouse login"',
    })
  const masterKey = existingMasterKey(terminal, server, place)
  return server.installation.verifyAudit(place, { masterKey, ...(heads !== undefined && { headsFile: resolve(heads) }) })
}

type Report = Pick<AuditReport, 'intact' | 'batches'> & {
  readonly chains: AuditReport['chains']
  readonly problems: AuditReport['problems']
}

function reportText({ intact, chains, batches, problems }: Report): string {
  const list = table(
    chains,
    [
      { title: 'CHAIN', of: ({ writer }) => writer },
      { title: 'RECORDS', of: ({ records }) => records },
      { title: 'SIGNED HEADS', of: ({ heads }) => heads },
      { title: '', of: (chain) => (chain.intact ? 'intact' : 'NOT INTACT') },
    ],
    'there is no audit record yet',
  )
  const lines = problems.map(({ kind, writer, sequence, message }) => `${kind}: ${writer ? `${writer} #${sequence}: ` : ''}${message}`)
  const verdict = intact
    ? `intact, with ${plural(batches, 'batch', 'batches')} of calls bound in`
    : `not intact: ${plural(problems.length, 'problem')}${problems.length >= 1000 ? ' or more' : ''}`
  return [list, '', ...lines, verdict].join('\n')
}

async function exportAll(terminal: Terminal, settings: Settings, filters: { action?: string; actor?: string }): Promise<void> {
  const client = adminClient(terminal, settings)
  let after: string | undefined
  do {
    terminal.signal.throwIfAborted()
    const page = await client.listAudit({ query: { limit: 200, ...filters, ...(after !== undefined && { after }) } })
    for (const entry of page.items) terminal.out(`${JSON.stringify(entry)}\n`)
    after = page.next
  } while (after !== undefined)
}
