import { adminEndpoints, type Endpoint } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { mayCall, operations } from './operations.ts'

test('the written-out operations are those of the contract', () => {
  const table: [string, Endpoint][] = Object.entries(adminEndpoints)
  const wanted = table.map(([name, { method, path, access }]) => [name, [method, path, access === 'public' ? access : access.join(' ')]])
  expect(operations).toEqual(Object.fromEntries(wanted))
})

test('what somebody may call follows from their roles', () => {
  expect([mayCall('createKey', ['admin']), mayCall('createKey', ['builder']), mayCall('signIn', []), mayCall('me', [])]).toEqual([
    true,
    false,
    true,
    false,
  ])
})
