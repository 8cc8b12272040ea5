import { expect, it } from 'vitest'
import { quarantineOf } from './process.ts'
import { saysSuperseded } from './superseded.ts'

it.each([
  'Superseded. This version ended on 31 December 2025.',
  'Leave policy 2024\n\nThis policy has been replaced by the policy of 2026.',
  'This guide is no longer valid.',
  '年休假管理办法（2023）\n\n本办法自 2026 年 1 月 1 日起废止，由新办法取代。',
  '【已废止】信息安全规定',
])('an old version says so: %s', (text) => {
  expect(saysSuperseded(text)).toBe(true)
})
it.each([
  'This policy supersedes the policy of 2024.',
  'Lost badges are replaced by reception.',
  'The trial period ended well.',
  '本办法自 2026 年起施行，原办法同时停用旧表。',
])('a current one does not: %s', (text) => {
  expect(saysSuperseded(text)).toBe(false)
})

const finding = { guard: 'g', rule: 'injection.override', score: 0.9, start: 0, end: 3 }
it('what the policy blocks, what nobody inspected and what is hidden from readers is put aside', () => {
  expect(quarantineOf({ action: 'block', findings: [finding], because: finding }, false)).toEqual({
    rule: 'injection.override',
    score: 0.9,
  })
  expect(quarantineOf({ action: 'not-inspected', findings: [] }, false)).toEqual({ rule: 'not-inspected', score: 1 })
  expect(quarantineOf({ action: 'allow', findings: [] }, true)).toEqual({ rule: 'hidden-text', score: 0.5 })
  expect(quarantineOf({ action: 'flag', findings: [finding] }, false)).toBeUndefined()
  expect(quarantineOf({ action: 'block', findings: [finding], monitored: true }, false)).toBeUndefined()
})
