import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../run.ts'
import { scriptedTerminal } from '../scripted-terminal.ts'
import { tokenOfLink } from './session.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const me = (fields: object = {}) => ({
  user: 'mara',
  title: 'Mara',
  roles: ['owner'],
  principals: ['user:mara', 'everyone'],
  csrf: 'c1',
  expiresAt: Date.UTC(2026, 10, 25),
  ...fields,
})
const opened = (token: string, fields?: object) =>
  Response.json(me(fields), { headers: { 'set-cookie': `gatehouse_console=${token}; Path=/; HttpOnly; SameSite=Strict` } })
const environment = () => ({ GATEHOUSE_HOME: home })

test('login keeps the session for its owner only, and the next command sends it as a bearer token', async () => {
  const terminal = scriptedTerminal({
    environment: environment(),
    answers: ['mara', 'a long enough sentence'],
    replies: { 'POST /api/session': opened('t1'), 'GET /api/me': me() },
  })
  expect(await run(['login'], terminal)).toBe(0)
  expect(terminal.sent[0]?.body).toEqual({ user: 'mara', password: 'a long enough sentence' })
  expect(statSync(join(home, 'sessions.json')).mode & 0o777).toBe(0o600)
  expect(await run(['whoami', '-o', 'json'], terminal)).toBe(0)
  expect(terminal.sent[1]?.headers.get('authorization')).toBe('Bearer t1')
  expect(terminal.written.out).not.toContain('c1')
})

test('sessions of two servers do not mix', async () => {
  const script = { environment: environment(), input: 'secret\n', replies: { 'POST /api/session': opened('t1') } }
  await run(['login', '--url', 'http://one.example', '--user', 'mara', '--password-stdin'], scriptedTerminal(script))
  const other = scriptedTerminal(script)
  expect(await run(['whoami', '--url', 'http://two.example'], other)).toBe(3)
  expect(other.sent).toEqual([])
})

test('a one-time link sets the password, and the session after it is the one that is kept', async () => {
  const terminal = scriptedTerminal({
    environment: environment(),
    input: 'a long enough sentence\n',
    replies: {
      'POST /api/session/redeem': opened('first', { mustSetPassword: true }),
      'POST /api/me/password': ({ headers }) =>
        headers.get('authorization') === 'Bearer first' ? opened('second') : Response.json({}, { status: 401 }),
    },
  })
  expect(await run(['login', '--link', 'http://127.0.0.1:8081/console#link=abc', '--password-stdin'], terminal)).toBe(0)
  expect(terminal.sent.map(({ body }) => body)).toEqual([{ link: 'abc' }, { password: 'a long enough sentence' }])
  expect(readFileSync(join(home, 'sessions.json'), 'utf8')).toContain('second')
})

test('a wrong password is not allowed, and nothing is kept', async () => {
  const terminal = scriptedTerminal({
    environment: environment(),
    input: 'x',
    replies: {
      'POST /api/session': () => Response.json({ code: 'unauthorized', message: 'the name or the password is wrong' }, { status: 401 }),
    },
  })
  expect(await run(['login', '--user', 'mara', '--password-stdin'], terminal)).toBe(3)
  expect(() => statSync(join(home, 'sessions.json'))).toThrow()
})

test('logout forgets the session even when the server is not there', async () => {
  const script = { environment: environment(), input: 'secret', replies: { 'POST /api/session': opened('t1') } }
  await run(['login', '--user', 'mara', '--password-stdin'], scriptedTerminal(script))
  const gone = { ...scriptedTerminal(script), fetch: () => Promise.reject(new TypeError('gone')) }
  expect(await run(['logout'], gone)).toBe(1)
  expect(await run(['whoami'], scriptedTerminal(script))).toBe(3)
})

test('a session that is over is not sent', async () => {
  const script = {
    environment: environment(),
    input: 'secret',
    replies: { 'POST /api/session': opened('t1', { expiresAt: Date.UTC(2020, 1) }) },
  }
  await run(['login', '--user', 'mara', '--password-stdin'], scriptedTerminal(script))
  const terminal = scriptedTerminal(script)
  expect(await run(['whoami'], terminal)).toBe(3)
  expect(terminal.sent).toEqual([])
})

test('a link is read whole or as its token', () => {
  expect(tokenOfLink('http://127.0.0.1:8081/console#link=a-b_c')).toBe('a-b_c')
  expect(tokenOfLink('a-b_c')).toBe('a-b_c')
  expect(() => tokenOfLink('http://127.0.0.1/#nothing')).toThrow('#link=')
})
