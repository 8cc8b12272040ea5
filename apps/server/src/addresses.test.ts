import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { hostsOf } from './addresses.ts'

test('on loopback a listener answers under the usual names of this machine, with its port', () => {
  expect(hostsOf('127.0.0.1', 'http://127.0.0.1:8080')).toEqual(['127.0.0.1:8080', 'localhost:8080', '[::1]:8080'])
})

test('for all interfaces it answers under their addresses and the name of the machine, and under no other', () => {
  const hosts = hostsOf('0.0.0.0', 'http://0.0.0.0:8080')
  expect(hosts).toContain(`${hostname().toLowerCase()}:8080`)
  expect(hosts).not.toContain('rebound.example:8080')
})

test('names that people use are given, with a port or without', () => {
  const hosts = hostsOf('10.1.2.3', 'http://10.1.2.3:8081', 'Console.example:8443, chat.example')
  expect(hosts).toEqual(['10.1.2.3:8081', 'console.example:8443', 'console.example:8443:8081', 'chat.example', 'chat.example:8081'])
})
