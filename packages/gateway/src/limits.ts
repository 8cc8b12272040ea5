import type { Spec } from '@gatehouse/contracts'
import type { Limit } from '@gatehouse/kernel'

const minute = 60_000

/** A consumer's accounts on the ledger. Without limits there is no account, and a hold is still made. */
export function limitsOf(project: string, name: string, spec: Spec<'Consumer'> | undefined): readonly Limit[] {
  const { requestsPerMinute, tokensPerMinute, concurrency } = spec?.limits ?? {}
  const account = `${project}/consumer:${name}`
  const limits: Limit[] = []
  if (requestsPerMinute !== undefined) limits.push({ id: `${account}/requests`, unit: 'requests', most: requestsPerMinute, window: minute })
  if (tokensPerMinute !== undefined) limits.push({ id: `${account}/tokens`, unit: 'tokens', most: tokensPerMinute, window: minute })
  if (concurrency !== undefined) limits.push({ id: `${account}/concurrency`, unit: 'concurrency', most: concurrency, window: 0 })
  return Object.freeze(limits)
}
