import type { PolicySpec, Stage, StageVerdict, Verdict } from '@gatehouse/contracts'
import { AppError } from '../errors.ts'

/** The error a verdict stops a call with; undefined when the call goes on. */
export function refusalOf(verdict: Verdict, spec: PolicySpec, stage: Stage): AppError | undefined {
  if (verdict.monitored) return undefined
  if (verdict.action === 'block')
    return new AppError('blocked', spec.message.en, { details: { rule: verdict.because?.rule, stage, message: spec.message } })
  if (verdict.action === 'not-inspected' && spec.onFailure === 'closed')
    return new AppError('guard_failed', 'a guard could not inspect the text, and the policy lets nothing pass uninspected', {
      details: { stage },
    })
  return undefined
}

export const recordOf = (stage: Stage, { action, findings, monitored }: Verdict, milliseconds: number): StageVerdict => ({
  stage,
  action,
  findings,
  ...(monitored && { monitored }),
  took: Math.round(milliseconds * 1000),
})
