import type { Me } from '@gatehouse/contracts'
import type { Command } from 'commander'
import { adminClient, signingIn, tokenOf } from '../clients.ts'
import { Failure } from '../failure.ts'
import { KeptSessions } from '../kept-sessions.ts'
import { instant, show } from '../output.ts'
import { progressOf, type Settings, settingsOf } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

interface LoginOptions {
  readonly user?: string
  readonly passwordStdin?: boolean
  readonly link?: string
}

export function addSession(program: Command, terminal: Terminal): void {
  program
    .command('login')
    .summary('sign in to the control plane')
    .description(
      'Signs in and keeps the session in the configuration directory, for its owner only. With --link, uses a one-time link of the first start or of an invitation, and sets the password.',
    )
    .option('--user <name>', 'your name; asked for when absent')
    .option('--password-stdin', 'read the password from standard input instead of asking')
    .option('--link <url>', 'one-time link: sets your password, then signs in')
    .action((options: LoginOptions, command: Command) => login(terminal, settingsOf(command, terminal), options))
  program
    .command('logout')
    .description('Ends the session, here and on the server.')
    .action((_: object, command: Command) => logout(terminal, settingsOf(command, terminal)))
  program
    .command('whoami')
    .description('Tells who is signed in, with which roles and principals.')
    .action(async (_: object, command: Command) => {
      const settings = settingsOf(command, terminal)
      const { csrf: _csrf, ...me } = await adminClient(terminal, settings).me()
      show(terminal, settings.output, me, () => describe(me, settings))
    })
}

const describe = ({ user, title, roles, principals, expiresAt }: Omit<Me, 'csrf'>, { url }: Settings) =>
  [
    `${user}${title && title !== user ? ` (${title})` : ''} at ${url}`,
    `roles       ${roles.join(', ')}`,
    `principals  ${principals.join(', ')}`,
    `until       ${instant(expiresAt)} UTC, or two hours without use`,
  ].join('\n')

async function login(terminal: Terminal, settings: Settings, options: LoginOptions): Promise<void> {
  const { client, token } = signingIn(terminal, settings)
  let me: Me
  if (options.link !== undefined) {
    await client.redeemLink({ body: { link: tokenOfLink(options.link) } })
    token() // no session, no password to set
    me = await client.setPassword({ body: { password: await newPassword(terminal, options) } })
  } else {
    const user = options.user ?? (await terminal.ask('user: '))
    const password = options.passwordStdin ? lineOf(await terminal.readInput()) : await terminal.ask('password: ', 'secret')
    me = await client.signIn({ body: { user, password } })
  }
  new KeptSessions(settings.home).put(settings.url, { user: me.user, token: token(), expiresAt: me.expiresAt })
  progressOf(terminal, settings)(`signed in at ${settings.url} as ${me.user} (${me.roles.join(', ')})`)
}

/** The whole link, or only what stands behind `#link=`. */
export function tokenOfLink(link: string): string {
  const token = link.includes('#') ? new URLSearchParams(link.slice(link.indexOf('#') + 1)).get('link') : link
  if (!token) throw new Failure('invalid_request', 'the link has no #link= part', { advice: 'copy it whole, in quotes' })
  return token
}

async function newPassword(terminal: Terminal, { passwordStdin }: LoginOptions): Promise<string> {
  if (passwordStdin) return lineOf(await terminal.readInput())
  const password = await terminal.ask('new password (at least 12 characters): ', 'secret')
  if ((await terminal.ask('once more: ', 'secret')) === password) return password
  throw new Failure('invalid_request', 'the two passwords differ', { advice: 'ask for a new link; this one is used' })
}

const lineOf = (input: string) => input.replace(/\r?\n$/, '')

async function logout(terminal: Terminal, settings: Settings): Promise<void> {
  const isKept = tokenOf(terminal, settings) !== undefined
  try {
    if (isKept) await adminClient(terminal, settings).signOut()
  } finally {
    new KeptSessions(settings.home).put(settings.url, undefined)
  }
  progressOf(terminal, settings)(isKept ? `signed out at ${settings.url}` : `nobody was signed in at ${settings.url}`)
}
