import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Store } from '@gatehouse/kernel'
import { plain } from './http.ts'
import type { Phase } from './lifecycle.ts'

export interface ReadinessParts {
  readonly phase: () => Phase
  readonly store: Pick<Store, 'journal' | 'check'>
  /** Only told: calls that need no document go on. Absent: files, which are well as long as the store is. */
  readonly blobs?: (() => Check) | undefined
  /** Why the newest configuration is not in force; the last good one serves on. */
  readonly problem: () => string | undefined
}
export interface Readiness {
  readonly status: 'ready' | 'starting' | 'draining' | 'unavailable'
  readonly checks: { readonly store: Check; readonly journal: Check; readonly blobs?: Check; readonly configuration: 'ok' | 'last-good' }
}
type Check = 'ok' | 'failing'
export type ReadinessOf = () => Promise<Readiness>

/** Whether to send calls here. What is wrong is named, and no more said: everybody may read it. Probes at the same time share one look. */
export function createReadiness({ phase, store, blobs, problem }: ReadinessParts): ReadinessOf {
  let looking: Promise<Check> | undefined
  const storeIs = () => {
    looking ??= store.check().then(
      () => 'ok',
      () => 'failing',
    )
    return looking.finally(() => {
      looking = undefined
    })
  }
  const journalIs = (): Check => {
    try {
      store.journal.check()
      return 'ok'
    } catch {
      return 'failing'
    }
  }
  return async () => {
    const checks = {
      ...{ store: await storeIs(), journal: journalIs() },
      ...(blobs && { blobs: blobs() }),
      configuration: problem() === undefined ? 'ok' : 'last-good',
    } as const
    const able = checks.store === 'ok' && checks.journal === 'ok'
    return { status: phase() !== 'ready' ? (phase() as 'starting' | 'draining') : able ? 'ready' : 'unavailable', checks }
  }
}

export async function sendReadiness(readiness: ReadinessOf, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await readiness()
  plain(request, response, answer.status === 'ready' ? 200 : 503, JSON.stringify(answer), 'application/json')
}
