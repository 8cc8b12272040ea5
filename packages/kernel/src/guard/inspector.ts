import type { Asker, Stage, Verdict } from '@gatehouse/contracts'
import type { Inspector } from '../ports.ts'
import { decide } from './decide.ts'
import type { BoundPolicy } from './guard.ts'
import { inspectText } from './inspect-text.ts'

export interface InspectorTools {
  /** The policy of that name in the configuration of now; undefined when there is none. */
  policyOf(project: string, name: string): BoundPolicy | undefined
}

/**
 * Guards for rooms that may not import them. The caller withholds the text when the verdict is `block` or `not-inspected` and not
 * `monitored`: a policy that fails open says so by `monitored`, one that does not exist lets nothing pass.
 */
export function createInspector({ policyOf }: InspectorTools): Inspector {
  return {
    async inspect(subject, asker) {
      const policy = policyOf(subject.project, subject.policy)
      return policy ? judge(policy, subject, asker) : { action: 'not-inspected', findings: [] }
    },
  }
}

async function judge({ spec, stages }: BoundPolicy, { stage, text }: { stage: Stage; text: string }, asker: Asker): Promise<Verdict> {
  const guards = stages[stage]
  if (!guards) return decide([], [], spec)
  const tooLong = text.length > spec.maxCharacters
  const found = await inspectText(guards, { stage, text: tooLong ? text.slice(0, spec.maxCharacters) : text }, asker)
  const verdict = decide(found.findings, spec.stages[stage] ?? [], { mode: spec.mode, failed: found.failed || tooLong })
  return verdict.action === 'not-inspected' && spec.onFailure === 'open' ? { ...verdict, monitored: true } : verdict
}
