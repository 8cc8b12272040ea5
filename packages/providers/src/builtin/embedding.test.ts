import { expect, test } from 'vitest'
import { dimensions, embedText } from './embedding.ts'

function similarity(a: string, b: string): number {
  const [one, other] = [embedText(a), embedText(b)]
  const dot = one.reduce((sum, value, at) => sum + value * other[at]!, 0)
  return dot / (Math.hypot(...one) * Math.hypot(...other))
}

test.each([
  ['Is there CCTV in the building?', 'Cameras watch the entrances.', 'The canteen serves soup.'],
  ['Do I need a note from my GP?', 'A medical certificate from a doctor is required.', 'Laptops are returned at reception.'],
  ['可以在家办公吗', '远程办公须经主管批准', '实验室废液的处置'],
  ['How many quotes does a purchase need?', 'Three quotations are required.', 'Payday is the 25th.'],
  ['work from home', '居家办公每周两天', '发票须在月底前提交'],
])('%s is nearer to what says it in other words', (question, right, wrong) => {
  expect(similarity(question, right)).toBeGreaterThan(similarity(question, wrong) + 0.05)
})

test('the same text gives the same vector, of the length that is told, whatever the text is', () => {
  expect(embedText('Annual leave')).toEqual(embedText('Annual leave'))
  for (const text of ['', '\ud800', '!!!', 'a'.repeat(100_000)]) {
    expect(embedText(text)).toHaveLength(dimensions)
    expect(embedText(text).every(Number.isFinite)).toBe(true)
  }
})
