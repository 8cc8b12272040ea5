import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'
import { settingsOf } from './settings.ts'

const settings = (environment: Record<string, string>, host = '127.0.0.1') => settingsOf({ environment, host, controlHost: '127.0.0.1' })

test('a server for this machine stops at once, one for others gives them time to notice', () => {
  expect(settings({})).toEqual({ drainDelay: 0, drainLimit: 30_000, mostConnections: 10_000, plainHttp: false, logLevel: 'warn' })
  expect(settings({}, '0.0.0.0').drainDelay).toBe(5_000)
  expect(settings({ GATEHOUSE_DRAIN_DELAY: '0.5', GATEHOUSE_DRAIN_LIMIT: '120' }, '0.0.0.0')).toMatchObject({
    drainDelay: 500,
    drainLimit: 120_000,
  })
})

test.each([
  [{ GATEHOUSE_DRAIN_DELAY: 'soon' }, 'GATEHOUSE_DRAIN_DELAY must be a number from 0 to 600'],
  [{ GATEHOUSE_MAX_CONNECTIONS: '0' }, 'GATEHOUSE_MAX_CONNECTIONS must be a number from 1 to 1000000'],
  [{ GATEHOUSE_PLAIN_HTTP: 'yes' }, 'GATEHOUSE_PLAIN_HTTP must be one of refuse, allow'],
  [{ GATEHOUSE_LOG: 'debug' }, 'GATEHOUSE_LOG must be one of silent, error, warn, info'],
  [{ GATEHOUSE_METRICS_TOKEN: 'short' }, 'GATEHOUSE_METRICS_TOKEN must have at least 16 characters'],
  [{ GATEHOUSE_METRICS_TOKEN_FILE: '/nowhere/token' }, 'the file of GATEHOUSE_METRICS_TOKEN_FILE cannot be read'],
])('%o is refused in plain words', (environment, message) => {
  expect(() => settings(environment as Record<string, string>)).toThrow(message)
})

test('certificate and key go together, and proxies are ranges', () => {
  expect(() => parseOptions(['--tls-cert', 'a.pem'], {})).toThrow('--tls-cert and --tls-key go together')
  expect(parseOptions(['--trusted-proxies', '10.0.0.0/8, ::1'], {}).trustedProxies).toEqual(['10.0.0.0/8', '::1'])
  expect(() => parseOptions([], { GATEHOUSE_TRUSTED_PROXIES: 'everyone' })).toThrow('"everyone" is none')
})

test('every variable that the server reads has a row in docs/reference/settings.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/settings.md'), 'utf8')
  const names = new Set<string>()
  for (const file of readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }))
    if (/^(?!.*\.test\.ts$).*\.ts$/.test(file))
      for (const [name] of readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(
        /\b(?:GATEHOUSE_[A-Z_]*[A-Z]|DATABASE_URL|AWS_[A-Z_]+[A-Z])\b/g,
      ))
        names.add(name.replace(/_FILE$/, ''))
  const own = [...names].filter((name) => !name.endsWith('_MILLISECONDS')) // told by `npm start` to itself
  expect(own.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  expect(own.length).toBeGreaterThan(12)
})
