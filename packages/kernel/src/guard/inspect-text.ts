import type { Asker, Finding } from '@gatehouse/contracts'
import type { BoundGuard, Subject } from './guard.ts'

/** What the guards of one stage say about one text. */
export interface Found {
  readonly findings: readonly Finding[]
  /** A guard threw or did not answer in time. */
  readonly failed: boolean
}
const nothing: Found = { findings: [], failed: false }

/** How long a guard that waits may take before the text counts as not inspected; in milliseconds. */
const patience = 10_000

/** All guards of a stage on one text. A promise only when one of them waits. */
export function inspectText(
  guards: readonly BoundGuard[],
  subject: Subject,
  asker: Asker,
  milliseconds = patience,
): Found | Promise<Found> {
  let findings: Finding[] | undefined
  let waiting: Promise<readonly Finding[]>[] | undefined
  let failed = false
  for (const { guard } of guards)
    try {
      const found = guard.inspect(subject, asker)
      if (found instanceof Promise) {
        waiting ??= []
        waiting.push(found)
      } else if (found.length > 0) findings = findings ? findings.concat(found) : [...found]
    } catch {
      failed = true // what it threw may hold the text, so it goes nowhere
    }
  if (waiting) return settled(waiting, findings ?? [], failed, milliseconds)
  return findings || failed ? { findings: findings ?? [], failed } : nothing
}

async function settled(waiting: Promise<readonly Finding[]>[], findings: Finding[], failed: boolean, milliseconds: number): Promise<Found> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('too late')), milliseconds)
  const results = await Promise.allSettled(waiting.map((each) => Promise.race([each, late.promise])))
  clearTimeout(timer)
  for (const result of results)
    if (result.status === 'fulfilled') findings.push(...result.value)
    else failed = true
  return { findings, failed }
}
