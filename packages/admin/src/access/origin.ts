import type { Context } from 'hono'
import { refusal } from '../words.ts'

/**
 * A page elsewhere must not reach us, not even by a name that it points at this machine (DNS rebinding). So the authority must be one of ours,
 * and what a browser says about the origin must be this very origin. Programs send neither header.
 */
export function checkOrigin(context: Context, hosts: readonly string[]): void {
  const host = context.req.header('host') ?? new URL(context.req.url).host
  if (!hosts.includes(host.toLowerCase())) throw refusal('forbidden', 'wrong-host')
  const site = context.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw refusal('forbidden', 'wrong-origin')
  const origin = context.req.header('origin')
  if (origin !== undefined && authorityOf(origin) !== host.toLowerCase()) throw refusal('forbidden', 'wrong-origin')
}

const authorityOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)
