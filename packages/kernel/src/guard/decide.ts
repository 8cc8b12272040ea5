import type { Action, Finding, PolicyRule, PolicySpec, Verdict } from '@gatehouse/contracts'

const strictness: Readonly<Record<Verdict['action'], number>> = {
  allow: 0,
  flag: 1,
  redact: 2,
  tokenise: 3,
  rewrite: 4,
  judge: 5,
  'not-inspected': 6,
  block: 7,
}
const none: readonly Finding[] = []
const mostRecorded = 100

/** What a policy rule does about one finding: its exception for the rule, else its action; below the threshold only a flag. */
export function actionFor(finding: Finding, rule: PolicyRule): Action {
  const action = exceptionFor(finding.rule, rule.rules) ?? rule.action
  return finding.score < rule.threshold && action !== 'allow' ? 'flag' : action
}

/** The exact id wins over a prefix, a longer prefix over a shorter one. */
function exceptionFor(id: string, exceptions: Readonly<Record<string, Action>>): Action | undefined {
  const exact = exceptions[id]
  if (exact) return exact
  let best = ''
  for (const prefix in exceptions) if (prefix.endsWith('.') && prefix.length > best.length && id.startsWith(prefix)) best = prefix
  return best ? exceptions[best] : undefined
}

/**
 * Findings and policy in, verdict out. The strictest action wins; `failed` (a guard threw, did not answer or could not see all)
 * makes it at least `not-inspected`. Findings the policy allows are left out.
 */
export function decide(
  findings: readonly Finding[],
  rules: readonly PolicyRule[],
  { mode, failed = false }: { mode: PolicySpec['mode']; failed?: boolean },
): Verdict {
  if (findings.length === 0 && !failed) return allowed
  const kept: Finding[] = []
  let action: Verdict['action'] = 'allow'
  let because: Finding | undefined
  for (const finding of findings) {
    const rule = rules.find(({ guard }) => guard === finding.guard)
    const own = rule ? actionFor(finding, rule) : 'flag'
    if (own === 'allow') continue
    kept.push(finding)
    if (strictness[own] > strictness[action] || (own === action && finding.score > (because?.score ?? 0))) {
      action = own
      because = finding
    }
  }
  if (failed && strictness[action] < strictness['not-inspected']) {
    action = 'not-inspected'
    because = undefined
  }
  return verdict(action, kept, because, mode === 'monitor' && action !== 'allow')
}

/** Of several texts, or of one text in pieces: the strictest wins, the findings add up (the record keeps a hundred). */
export function merge(a: Verdict, b: Verdict): Verdict {
  if (b === allowed) return a
  if (a === allowed) return b
  const [first, second] = strictness[b.action] > strictness[a.action] ? [b, a] : [a, b]
  const findings =
    a.findings.length >= mostRecorded && first === a ? a.findings : [...first.findings, ...second.findings].slice(0, mostRecorded)
  return verdict(first.action, findings, first.because, first.monitored === true)
}

const verdict = (action: Verdict['action'], findings: readonly Finding[], because: Finding | undefined, monitored: boolean): Verdict => ({
  action,
  findings,
  ...(because && { because }),
  ...(monitored && { monitored }),
})

/** Nothing found: one object, because it is by far the most common. */
export const allowed: Verdict = { action: 'allow', findings: none }
