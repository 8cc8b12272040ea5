import { type Action, type PolicySpec, Stage } from '@gatehouse/contracts'
import type { Registry } from '../component.ts'
import { type Problem, problemsOf, refuse } from '../declared.ts'
import { AppError } from '../errors.ts'
import type { BoundGuard, BoundPolicy, GuardDefinition } from './guard.ts'

/** They need a vault and a model; until there is one, a policy that names them is refused rather than half obeyed. */
const unavailable: readonly Action[] = ['tokenise', 'judge']

/** Makes the guards of a policy; everything wrong with their configuration is one error that names guard and path. */
export function bindPolicy(id: string, spec: PolicySpec, registry: Registry<GuardDefinition>): BoundPolicy {
  const problems: Problem[] = []
  const stages: Partial<Record<Stage, readonly BoundGuard[]>> = {}
  for (const stage of Stage.options) {
    const bound = (spec.stages[stage] ?? []).flatMap((_, rule) => bindGuard(spec, stage, rule, registry, problems) ?? [])
    if (bound.length > 0) stages[stage] = bound
  }
  if (problems.length > 0) throw refuse(`the policy ${id} cannot be used:`, problems)
  return { id, spec, stages }
}

function bindGuard(
  spec: PolicySpec,
  stage: Stage,
  at: number,
  registry: Registry<GuardDefinition>,
  problems: Problem[],
): BoundGuard | undefined {
  const rules = spec.stages[stage] ?? []
  const rule = rules[at]!
  const where = `stages.${stage}.${at}`
  const wrong = (path: string, message: string) => void problems.push({ path: `${where}${path}`, message })
  if (rules.findIndex(({ guard }) => guard === rule.guard) !== at)
    wrong('.guard', `${rule.guard} stands here twice; use one entry, with exceptions in "rules"`)
  for (const [path, action] of [
    ['.action', rule.action] as const,
    ...Object.entries(rule.rules).map(([name, each]) => [`.rules.${name}`, each] as const),
  ])
    if (unavailable.includes(action)) wrong(path, `${action} is not available; use allow, flag, redact, rewrite or block`)
  try {
    const definition = registry.get(rule.guard)
    if (!definition.stages.includes(stage))
      wrong('.guard', `${rule.guard} does not look at ${stage}; it can at ${definition.stages.join(', ')}`)
    const config = definition.config.safeParse(rule.config)
    if (config.success) return { id: rule.guard, guard: definition.create(config.data), rule: at }
    problems.push(...problemsOf(config.error, definition.config, `${where}.config (${rule.guard})`))
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    wrong('.guard', thrown.message)
  }
  return undefined
}
