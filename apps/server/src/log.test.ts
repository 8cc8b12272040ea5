import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@gatehouse/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLogger, type LogLevel } from './log.ts'
import { logFields } from './log-fields.ts'
import { renderLogReference } from './log-reference.ts'

function logger(level: LogLevel = 'info') {
  const lines: string[] = []
  return { log: createLogger(level, { write: (line) => void lines.push(line) }), lines }
}
const parsed = (line: string | undefined) => {
  const { time: _, ...rest } = JSON.parse(line!) as Record<string, unknown>
  return rest
}

const secrets = [
  'gh-VVyx6eXUQ73bgxye09HWu2WNiiqvNnusAbuaELMDYys3Yhk0P',
  'sk-proj-abcdefghijklmnopqrstuvwx',
  'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
  'postgres://gatehouse:hunter2-hunter2@db.internal:5432/gatehouse',
  'gatehouse_console=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYg',
  'How much does Mara earn, and why does nobody know?',
]
/** What of each must not be seen. */
const hidden = ['VVyx6eXUQ73b', 'proj-abcdef', 'eyJhbGci', 'hunter2', 'Zm9vYmFy', 'Mara earn']

test('a line has the fields of the list, in their kinds, and no other', () => {
  const { log, lines } = logger()
  log.warn({ base: 'handbook', added: 3, kept: ['User/a'], status: 200, until: 0, stream: true, failed: [1, 2] }, 'a sentence')
  expect(parsed(lines[0])).toEqual({
    ...{ level: 'warn', msg: 'a sentence' },
    ...{ base: 'handbook', added: 3, kept: ['User/a'], status: 200, until: '1970-01-01T00:00:00.000Z', stream: true, failed: 2 },
  })
})

test('fields that are not of the list are dropped, at every depth', () => {
  const { log, lines } = logger()
  const foreign = {
    authorization: secrets[2],
    headers: { cookie: secrets[4] },
    body: secrets[5],
    reason: secrets[3],
    base: { name: secrets[0] },
  }
  log.error(foreign as never, 'a sentence')
  expect(parsed(lines[0])).toEqual({ level: 'error', msg: 'a sentence' })
})

test('of errors from elsewhere only the code is written; our own say what they say', () => {
  const { log, lines } = logger()
  const foreign = Object.assign(new Error(`cannot reach ${secrets[3]}`), { code: 'ECONNREFUSED', config: { password: secrets[3] } })
  log.error({ error: foreign }, 'a sentence')
  log.error({ error: new AppError('internal', 'something went wrong inside', { cause: foreign }) }, 'a sentence')
  log.error({ error: new AppError('conflict', 'port 8080 is taken') }, 'a sentence')
  log.error({ error: secrets[5] }, 'a sentence')
  const told = lines.map(parsed).map(({ code, reason }) => [code, reason])
  expect(told).toEqual([
    ['ECONNREFUSED', undefined],
    ['ECONNREFUSED', undefined],
    ['conflict', 'port 8080 is taken'],
    ['internal', undefined],
  ])
})

test('whatever is passed in any field, or nested in any value, no key, token, cookie or password is written', () => {
  const names = [...Object.keys(logFields), 'error', 'err', 'req', 'headers', 'anything']
  const value = fc.oneof(
    fc.constantFrom(...secrets.slice(0, 5)),
    fc.constantFrom(...secrets).map((secret) => new Error(secret)),
    fc.constantFrom(...secrets).map((secret) => ({ nested: { deeper: [secret] } })),
    fc.constantFrom(...secrets.slice(0, 5)).map((secret) => new AppError('invalid_request', `wrong: ${secret} is not allowed`)),
    fc.constantFrom(...secrets.slice(0, 5)).map((secret) => [secret, `x ${secret}`]),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), fc.constantFrom(...secrets.slice(0, 5)), (fields, secret) => {
      const { log, lines } = logger()
      log.error(fields as never, `a sentence with ${secret}`)
      for (const each of hidden) expect(lines.join('')).not.toContain(each)
    }),
  )
})

test('every place that writes a line passes a sentence of its own and fields of the list', () => {
  const wrong: string[] = []
  let places = 0
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?!.*\.test\.ts$).*\.ts$/.test(name),
  )
  for (const name of files)
    for (const [call, fields, message] of readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(
      /\blog\.(?:info|warn|error)\(\s*(\{[^}]*\}),\s*('[^']*'|[^)]*)/g,
    )) {
      places++
      const keys = fields!
        .replace(/\.\.\.\w+|\([^)]*\)|[{}]/g, '')
        .split(',')
        .flatMap((each) => each.split(':')[0]!.trim() || [])
      for (const key of keys) if (!(key in logFields) && key !== 'error') wrong.push(`${name}: ${key}`)
      if (!/^'[^'$]*'$/.test(message!.trim())) wrong.push(`${name}: ${call}`)
    }
  expect(wrong).toEqual([])
  expect(places).toBeGreaterThan(8)
})

test('a level that is not written makes no line', () => {
  const { log, lines } = logger('error')
  log.info({}, 'a')
  log.warn({}, 'b')
  expect([lines, log.writes('info'), log.writes('error')]).toEqual([[], false, true])
})

test('docs/reference/log.md is what the list says; `npm run generate` writes it', () => {
  expect(readFileSync(join(import.meta.dirname, '../../../docs/reference/log.md'), 'utf8')).toBe(renderLogReference())
})
