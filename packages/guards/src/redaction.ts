import type { Finding } from '@gatehouse/contracts'
import type { Guard } from '@gatehouse/kernel'
import { pii } from './pii/index.ts'
import { secrets } from './secrets/index.ts'

const nobody = { consumer: 'redaction', principals: [] }

/** Takes every secret and every piece of personal data out of a text that is kept: stricter than what the policy does to a reply. */
export function createRedaction(): (text: string) => string {
  const guards: readonly Guard[] = [secrets.create({}), pii.create(pii.config.parse({}))]
  return (text) => {
    const subject = { stage: 'output', text } as const // one for both: they share its scan
    const findings = guards.flatMap((guard) => {
      const found = guard.inspect(subject, nobody)
      if (found instanceof Promise) throw new Error('redaction needs guards that answer at once')
      return found
    })
    return findings.length === 0 ? text : without(text, findings)
  }
}

/** Overlapping findings go together, under the replacement of the first. */
function without(text: string, findings: readonly Finding[]): string {
  let clean = ''
  let at = 0
  for (const { start, end, replacement = '[redacted]' } of [...findings].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start >= at) clean += text.slice(at, start) + replacement
    at = Math.max(at, end)
  }
  return clean + text.slice(at)
}
