import { expect, test } from 'vitest'
import { createRedaction } from './redaction.ts'

const redact = createRedaction()

test('what is kept loses secrets and personal data, and nothing else', () => {
  const text = 'Order 20261124 for ann@firm.example, card 4111 1111 1111 1111, password: hunter2hunter2!'
  const kept = redact(text)
  for (const gone of ['ann@firm.example', '4111 1111 1111 1111', 'hunter2hunter2!']) expect(kept).not.toContain(gone)
  expect(kept).toContain('Order 20261124 for ')
})

test('a text without any stays as it is', () => {
  expect(redact('Up to 6 days of annual leave carry over. 年假可以结转 6 天。')).toBe(
    'Up to 6 days of annual leave carry over. 年假可以结转 6 天。',
  )
})
