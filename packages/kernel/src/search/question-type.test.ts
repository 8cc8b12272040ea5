import { expect, it } from 'vitest'
import { type Expected, expectedOf, holds } from './question-type.ts'

it.each([
  ['How many kayaks are there?', 'number'],
  ['How long is the notice period?', 'duration'],
  ['When does it open?', 'date'],
  ['Who signs?', 'name'],
  ['What does a second paddle cost?', 'money'],
  ['租一条船多少钱？', 'money'],
  ['What is the phone number of the boathouse?', 'address'],
  ['When must I hand in my phone?', 'date'],
  ['试用期多久？', 'duration'],
  ['谁负责审批？', 'name'],
  ['什么时候截止？', 'date'],
  ['Explain the policy.', undefined],
] as const)('%s asks for a %s', (question, expected) => {
  expect(expectedOf(question)).toBe(expected)
})

it.each<[string, Expected, boolean]>([
  ['Every paddler wears a helmet.', 'duration', false],
  ['Ropes are checked every two weeks.', 'duration', true],
  ['A paddle is £12.', 'money', true],
  ['Parking is free.', 'money', true],
  ['There are 12 paddles.', 'money', false],
  ['可以转到下一年度。', 'date', false],
  ['六月三十日前归还。', 'date', true],
  ['拨打分机 42。', 'address', true],
])('%s, as a %s: %s', (text, expected, does) => {
  expect(holds(text, expected, () => false)).toBe(does)
})
