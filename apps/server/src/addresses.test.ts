import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { hostsOf, urlHost } from './addresses.ts'

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

test('what people open is an address they can go to, and one that is answered', () => {
  expect(['127.0.0.1', '::1', '10.1.2.3', '0.0.0.0', '::'].map(urlHost)).toEqual([
    '127.0.0.1',
    '[::1]',
    '10.1.2.3',
    'localhost',
    'localhost',
  ])
  expect(hostsOf('0.0.0.0', 'http://localhost:8080')).toContain('localhost:8080')
})

test('the usual port of the scheme may be left out, as browsers do', () => {
  expect(hostsOf('10.1.2.3', 'https://10.1.2.3:443')).toEqual(['10.1.2.3:443', '10.1.2.3'])
  expect(hostsOf('10.1.2.3', 'http://10.1.2.3:443')).toEqual(['10.1.2.3:443'])
})
