import type { Trace } from '@gatehouse/contracts'
import type { Format } from '@gatehouse/ui'
import type { Text } from '../messages/text.ts'

/** What happened, in plain sentences, most important first. */
export function storyOf(trace: Trace, t: Text, format: Format): readonly string[] {
  return [asked(trace, t), ...documents(trace, t), ...guards(trace, t, format), ended(trace, t, format), ...spent(trace, t, format)]
}

function asked({ call, app }: Trace, t: Text): string {
  const who = call.user ?? call.pseudonym ?? call.consumer
  const target = app?.title || app?.name || call.target
  if (app) return t('story.askedApp', { who, target })
  if (call.operation === 'chat') return t('story.askedModel', { who, target })
  return t('story.called', { who, target, operation: call.operation })
}

function documents({ retrieval }: Trace, t: Text): string[] {
  if (retrieval.length === 0) return []
  const used = retrieval.reduce((sum, each) => sum + each.used.length, 0)
  const withheld = retrieval.reduce((sum, each) => sum + each.withheld, 0)
  const isWeak = retrieval.some((each) => each.weak)
  const parts = [
    used === 0 ? t('story.usedNone') : t(isWeak ? 'story.found' : 'story.used', { count: used }),
    ...(withheld > 0 ? [t('story.withheld', { count: withheld })] : []),
  ]
  const weak = isWeak ? [t('story.weak')] : []
  return [t('story.sentence', { text: parts.join(t('story.and')) }), ...weak]
}

function guards({ verdicts }: Trace, t: Text, format: Format): string[] {
  const told = verdicts.filter(({ action, monitored }) => action !== 'allow' && !monitored)
  const watched = verdicts.filter(({ action, monitored }) => action !== 'allow' && monitored)
  if (verdicts.length === 0) return [t('story.noGuard')]
  if (told.length === 0 && watched.length === 0) return [t('story.allowed')]
  const sentence = (verdict: Trace['verdicts'][number]) => {
    const rules = [...new Set(verdict.findings.map(({ rule }) => rule))]
    const what = t(`story.action.${verdict.action}`)
    const where = t(`stage.${verdict.stage}`)
    return rules.length > 0 ? t('story.verdict', { where, what, rules: format.list(rules) }) : t('story.verdict.bare', { where, what })
  }
  return [...unique(told.map(sentence)), ...(watched.length > 0 ? [t('story.monitored', { count: watched.length })] : [])]
}

function ended({ call }: Trace, t: Text, format: Format): string {
  const duration = format.duration(call.duration)
  if (call.end === 'failed') return t('story.failed', { duration, code: call.error?.code ?? 'internal' })
  if (call.end === 'complete' && call.firstByte !== undefined && call.stream)
    return t('story.completeStream', { duration, first: format.duration(call.firstByte) })
  return t(`story.${call.end}`, { duration })
}

function spent({ call: { usage, cost }, children }: Trace, t: Text, format: Format): string[] {
  if (!usage) return []
  const tokens = t(usage.source === 'estimated' ? 'story.tokensEstimated' : 'story.tokens', {
    input: format.number(usage.inputTokens),
    output: format.number(usage.outputTokens),
  })
  const costs = cost === undefined ? [] : [t('story.cost', { cost: format.number(cost) })]
  const made = children.length > 0 ? [t('story.children', { count: children.length })] : []
  return [tokens, ...costs, ...made]
}

const unique = (texts: readonly string[]) => [...new Set(texts)]
