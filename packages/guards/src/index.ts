import type { GuardDefinition } from '@gatehouse/kernel'
import { injection } from './injection/index.ts'
import { pii } from './pii/index.ts'
import { secrets } from './secrets/index.ts'

export { defaultPolicy } from './default-policy.ts'
export { createRedaction } from './redaction.ts'

/** Every guard of the house, in the order of the docs. */
export const guards: readonly GuardDefinition[] = [injection, secrets, pii]
