import { type Action, type Finding, PolicyRule, type Verdict } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { decide, merge } from './decide.ts'

const finding = (rule: string, score = 1, guard = rule.split('.')[0]!): Finding => ({ guard, rule, score, start: 0, end: 1 })
const rule = (guard: string, action: Action, rest: Partial<PolicyRule> = {}) => PolicyRule.parse({ guard, action, ...rest })
const pii = rule('pii', 'flag', { rules: { 'pii.card': 'redact', 'pii.id.': 'block', 'pii.id.work': 'allow', 'pii.id.cn.': 'redact' } })
const injection = rule('injection', 'block')

test.each<[what: string, findings: Finding[], rules: PolicyRule[], expected: Verdict['action'], because?: string]>([
  ['nothing found', [], [pii, injection], 'allow'],
  ['a finding gets the action of its guard', [finding('pii.e-mail')], [pii], 'flag', 'pii.e-mail'],
  ['an exception names one rule', [finding('pii.card')], [pii], 'redact', 'pii.card'],
  ['an exception names a prefix', [finding('pii.id.us')], [pii], 'block', 'pii.id.us'],
  ['a longer prefix wins over a shorter one', [finding('pii.id.cn.resident')], [pii], 'redact', 'pii.id.cn.resident'],
  ['the exact id wins over a prefix, and allowed findings are left out', [finding('pii.id.work')], [pii], 'allow'],
  ['a prefix without a dot is an exact id', [finding('pii.cards')], [pii], 'flag', 'pii.cards'],
  [
    'the strictest wins',
    [finding('pii.card'), finding('injection.override'), finding('pii.e-mail')],
    [pii, injection],
    'block',
    'injection.override',
  ],
  ['below the threshold it is only recorded', [finding('injection.override', 0.79)], [injection], 'flag', 'injection.override'],
  ['at the threshold it counts', [finding('injection.override', 0.8)], [injection], 'block', 'injection.override'],
  [
    'among equals the surest is the reason',
    [finding('injection.a', 0.9), finding('injection.b', 0.95)],
    [injection],
    'block',
    'injection.b',
  ],
  ['a finding of a guard the policy does not name is recorded', [finding('other.rule')], [pii], 'flag', 'other.rule'],
])('%s', (_what, findings, rules, expected, because) => {
  const verdict = decide(findings, rules, { mode: 'enforce' })
  expect(verdict.action).toBe(expected)
  expect(verdict.because?.rule).toBe(because)
  expect(verdict.monitored).toBeUndefined()
})

test('a monitoring policy says what it would have done', () => {
  expect(decide([finding('injection.a')], [injection], { mode: 'monitor' })).toMatchObject({ action: 'block', monitored: true })
  expect(decide([], [injection], { mode: 'monitor' })).toEqual({ action: 'allow', findings: [] })
})

test('a failure is not inspected, unless something was found that blocks anyway', () => {
  expect(decide([finding('pii.card')], [pii], { mode: 'enforce', failed: true })).toMatchObject({
    action: 'not-inspected',
    findings: [{ rule: 'pii.card' }],
  })
  expect(decide([finding('injection.a')], [injection], { mode: 'enforce', failed: true }).action).toBe('block')
})

test('verdicts of several texts add up to the strictest, and the record stays bounded', () => {
  const flag = decide([finding('pii.e-mail')], [pii], { mode: 'enforce' })
  const block = decide([finding('injection.a')], [injection], { mode: 'enforce' })
  expect(merge(flag, block)).toMatchObject({ action: 'block', because: { rule: 'injection.a' }, findings: [{}, {}] })
  expect(merge(block, flag).action).toBe('block')
  let all = flag
  for (let at = 0; at < 500; at++) all = merge(all, flag)
  expect(all.findings).toHaveLength(100)
  expect(merge(all, block).findings[0]!.rule).toBe('injection.a')
})
