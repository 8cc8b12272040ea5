import { statusOf } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { AppError, toAppError } from './errors.ts'

test('an error has the status of its code, and a cause it does not show', () => {
  const error = new AppError('quota_exceeded', 'at most 10 requests a minute', { cause: new Error('inside') })
  expect(error.status).toBe(429)
  expect(error.message).not.toContain('inside')
})

test('anything thrown becomes the one error, and says nothing of what was inside', () => {
  const odd = toAppError(new TypeError('password was hunter2'))
  expect(odd).toMatchObject({ code: 'internal', cause: expect.any(TypeError) })
  expect(odd.message).not.toContain('hunter2')
  expect(toAppError(odd)).toBe(odd)
  expect(toAppError(new DOMException('stop', 'AbortError')).code).toBe('cancelled')
})

test('every code has a status of 400 or more', () => {
  for (const status of Object.values(statusOf)) expect(status).toBeGreaterThanOrEqual(400)
})
