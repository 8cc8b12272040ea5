import { type ErrorCode, statusOf } from '@gatehouse/contracts'
import { GatehouseError } from '@gatehouse/sdk'
import { printable } from './terminal.ts'

/** What a script can tell from how a command ended. */
export const exitCodes = { ok: 0, error: 1, failedCheck: 2, notAllowed: 3 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
type Code = ErrorCode | 'network' | 'check_failed'

/** A command that cannot do what was asked, in words for the person who asked. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: Code
  readonly advice: string | undefined
  readonly exit: ExitCode | undefined

  constructor(code: Code, message: string, { advice, exit, cause }: { advice?: string; exit?: ExitCode; cause?: unknown } = {}) {
    super(message, { cause })
    this.code = code
    this.advice = advice
    this.exit = exit
  }
}

const advices: Readonly<Partial<Record<Code, string>>> = {
  network: 'start the server with "gatehouse serve", or say where it is with --url',
  unauthorized: 'sign in with "gatehouse login"',
  forbidden: 'ask an owner or administrator for the role',
  overloaded: 'wait a moment and try again; "gatehouse doctor" tells whether the disk is full',
  quota_exceeded: 'wait and try again, or have the limit raised',
  upstream_failed: 'try again; "gatehouse trace ls" shows what the provider answered',
  timeout: 'try again; raise the timeouts of the route when it happens often',
}

export interface Explanation {
  readonly text: string
  readonly exit: ExitCode
}

/** Anything thrown → what to print and how to end. One line; only a list of problems in files is longer. */
export function explain(thrown: unknown): Explanation {
  const code = codeOf(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const advice = (thrown instanceof Failure ? thrown.advice : undefined) ?? adviceFor(code, thrown)
  const text = `${code}: ${printable(message).trim()}${advice ? ` – ${advice}` : ''}`
  return { text, exit: (thrown instanceof Failure ? thrown.exit : undefined) ?? exitOf(code) }
}

/** The table speaks of a server. What a command met without one, in a store or a backup, says itself what to do. */
function adviceFor(code: Code, thrown: unknown): string | undefined {
  const ofServer = thrown instanceof GatehouseError
  if (code === 'internal') return ofServer ? 'look into the log of the server' : 'GATEHOUSE_DEBUG=1 shows where'
  if (code === 'network') return adviceOnTrust(thrown) ?? advices.network
  return ofServer || thrown instanceof Failure ? advices[code] : undefined
}

const distrusted = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/** A server that was reached and whose certificate nobody here vouches for; undefined for every other reason. */
export function adviceOnTrust(thrown: unknown): string | undefined {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && distrusted.test(String(cause.code)))
      return `its certificate is not trusted here (${cause.code}): name the authority's file in NODE_EXTRA_CA_CERTS`
  }
  return undefined
}

/** Errors of server and SDK carry a code of the one table; what carries none is a mistake of this program or of the system. */
export function codeOf(thrown: unknown): Code {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'network' || code === 'check_failed') return code
  if (typeof code === 'string' && code in statusOf) return code as ErrorCode
  return thrown instanceof GatehouseError ? foreignCode(String(code), thrown.status) : 'internal'
}

/** The Model API says some codes in OpenAI's words, and for the others the status tells enough. */
function foreignCode(word: string, status: number): Code {
  if (word === 'invalid_api_key') return 'unauthorized'
  if (word === 'rate_limit_exceeded') return 'quota_exceeded'
  if (word === 'content_filter') return 'blocked'
  const known = Object.entries(statusOf).find(([, plain]) => plain === status)
  return (known?.[0] as ErrorCode | undefined) ?? 'upstream_failed'
}

function exitOf(code: Code): ExitCode {
  if (code === 'check_failed') return exitCodes.failedCheck
  return code === 'unauthorized' || code === 'forbidden' || code === 'blocked' ? exitCodes.notAllowed : exitCodes.error
}
