import type { Spec } from '@gatehouse/contracts'
import type { Limit } from '@gatehouse/kernel'

const minute = 60_000

/** A consumer's accounts on the ledger. Without limits there is no account, and a hold is still made. */
export const limitsOf = (project: string, name: string, spec: Spec<'Consumer'> | undefined): readonly Limit[] =>
  Object.freeze(accountsOf(`${project}/consumer:${name}`, spec?.limits))

/** A signed-in person's own accounts beside them. */
export const limitsOfUser = (project: string, name: string, spec: Spec<'Consumer'> | undefined, user: string): readonly Limit[] =>
  accountsOf(`${project}/consumer:${name}/user:${user}`, spec?.userLimits)

function accountsOf(
  account: string,
  { requestsPerMinute, tokensPerMinute, concurrency }: Partial<Spec<'Consumer'>['limits']> = {},
): Limit[] {
  const limits: Limit[] = []
  if (requestsPerMinute !== undefined) limits.push({ id: `${account}/requests`, unit: 'requests', most: requestsPerMinute, window: minute })
  if (tokensPerMinute !== undefined) limits.push({ id: `${account}/tokens`, unit: 'tokens', most: tokensPerMinute, window: minute })
  if (concurrency !== undefined) limits.push({ id: `${account}/concurrency`, unit: 'concurrency', most: concurrency, window: 0 })
  return limits
}
