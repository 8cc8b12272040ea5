import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installation, parseOptions, type ServeOptions } from '@gatehouse/server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { explain } from './failure.ts'
import { run } from './run.ts'
import { scriptedTerminal } from './scripted-terminal.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))
const signedIn = () => ({ GATEHOUSE_HOME: home, GATEHOUSE_TOKEN: 'token-1' })
const refusal = (status: number, code: string, message: string) => () => Response.json({ code, message }, { status })

describe('exit codes', () => {
  test('a command that is not there, and an option that is mistyped, end with 1 and one line that helps', async () => {
    const terminal = scriptedTerminal({})
    expect(await run(['serve', '--prot', '1'], terminal)).toBe(1)
    expect(terminal.written.err).toBe(
      `gatehouse: invalid_request: unknown option '--prot' (Did you mean --port?) – "gatehouse --help" lists what there is\n`,
    )
    expect(await run(['serv'], scriptedTerminal({}))).toBe(1)
  })

  test('help ends with 0', async () => {
    const terminal = scriptedTerminal({})
    expect(await run(['kb', 'search', '--help'], terminal)).toBe(0)
    expect(terminal.written.out).toContain('--as-user')
  })

  test('who is not signed in gets 3 and is told how to sign in', async () => {
    const terminal = scriptedTerminal({ environment: { GATEHOUSE_HOME: home } })
    expect(await run(['kb', 'ls'], terminal)).toBe(3)
    expect(terminal.written.err).toContain('gatehouse login')
    expect(terminal.sent).toEqual([])
  })

  test.each([
    [403, 'forbidden', 3],
    [401, 'unauthorized', 3],
    [404, 'not_found', 1],
    [500, 'internal', 1],
    [429, 'quota_exceeded', 1],
  ])('an answer of %i %s ends with %i', async (status, code, exit) => {
    const terminal = scriptedTerminal({ environment: signedIn(), replies: { 'GET /api/bases': refusal(status, code, 'no') } })
    expect(await run(['kb', 'ls'], terminal)).toBe(exit)
    expect(terminal.written.err).toMatch(new RegExp(`^gatehouse: ${code}: no`))
    expect(terminal.written.err.trim().split('\n')).toHaveLength(1)
  })

  test('a server that is not there is an error with what to do', async () => {
    const terminal = scriptedTerminal({ environment: signedIn() })
    const unreachable = { ...terminal, fetch: () => Promise.reject(new TypeError('fetch failed')) }
    expect(await run(['kb', 'ls'], unreachable)).toBe(1)
    expect(terminal.written.err).toBe(
      'gatehouse: network: the server at http://127.0.0.1:8081 cannot be reached – start the server with "gatehouse serve", or say where it is with --url\n',
    )
  })

  test('a server whose certificate is not trusted is not called absent', async () => {
    const terminal = scriptedTerminal({ environment: signedIn() })
    const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const distrusting = { ...terminal, fetch: () => Promise.reject(new TypeError('fetch failed', { cause })) }
    expect(await run(['kb', 'ls'], distrusting)).toBe(1)
    expect(terminal.written.err).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(terminal.written.err).toContain('NODE_EXTRA_CA_CERTS')
  })

  test('what fails without a server is given no advice about one', () => {
    const refused = Object.assign(new Error('the database refuses this user or password'), { code: 'unauthorized' })
    expect(explain(refused)).toEqual({
      text: 'unauthorized: the database refuses this user or password',
      exit: 3,
    })
  })

  test('a stack is shown with GATEHOUSE_DEBUG=1 only', async () => {
    const breaking = (environment: Record<string, string>) =>
      scriptedTerminal({ environment: { ...signedIn(), ...environment }, server: { parseOptions: () => JSON.parse('{') as never } })
    const plain = breaking({})
    expect(await run(['doctor'], plain)).toBe(1)
    expect(plain.written.err).not.toContain('    at ')
    const debugged = breaking({ GATEHOUSE_DEBUG: '1' })
    await run(['doctor'], debugged)
    expect(debugged.written.err).toContain('    at ')
  })

  test('an audit that is not intact ends with 2, and each chain and problem is printed', async () => {
    const report = {
      intact: false,
      chains: [{ writer: 'w1', records: 12, heads: 2, intact: false }],
      batches: 3,
      problems: [{ writer: 'w1', sequence: 7, kind: 'edit', message: 'the record was changed' }],
    }
    const terminal = scriptedTerminal({ environment: signedIn(), replies: { 'POST /api/audit/verify': report } })
    expect(await run(['audit', 'verify'], terminal)).toBe(2)
    expect(terminal.written.out).toContain('edit: w1 #7: the record was changed')
    expect(terminal.written.out).toMatch(/w1 +12 +2 +NOT INTACT/)
  })
})

describe('audit verify on a data directory', () => {
  const report = { intact: true, chains: [], batches: 0, problems: [] }
  const server = (verified: object[]) => ({
    parseOptions,
    loadMasterKey: () => Buffer.alloc(32),
    installation: {
      ...installation,
      status: async () => ({ version: 3 }) as never,
      verifyAudit: async ({ data, storeUrl }: ServeOptions, proof: object) => {
        verified.push({ data, storeUrl, ...proof })
        return report
      },
    },
  })

  test('reads it itself, though somebody is signed in', async () => {
    writeFileSync(join(home, 'store.db'), '')
    writeFileSync(join(home, 'master.key'), '')
    const verified: object[] = []
    const terminal = scriptedTerminal({ environment: signedIn(), server: server(verified) })
    expect(await run(['audit', 'verify', '--data', home, '-o', 'json'], terminal)).toBe(0)
    expect(JSON.parse(terminal.written.out)).toEqual(report)
    expect(verified).toEqual([{ data: home, masterKey: Buffer.alloc(32) }])
    expect(terminal.sent).toEqual([])
  })

  test('a shared store is read in its database', async () => {
    writeFileSync(join(home, 'master.key'), '')
    const verified: object[] = []
    const terminal = scriptedTerminal({ environment: signedIn(), server: server(verified) })
    const storeUrl = 'postgres://gatehouse@127.0.0.1:5432/company'
    expect(await run(['audit', 'verify', '--store', storeUrl, '--heads', join(home, 'copy.jsonl')], terminal)).toBe(0)
    expect(verified).toEqual([expect.objectContaining({ storeUrl, headsFile: join(home, 'copy.jsonl') })])
  })

  test('never makes a master key: one that is missing is told', async () => {
    writeFileSync(join(home, 'store.db'), '')
    const verified: object[] = []
    const terminal = scriptedTerminal({ environment: { GATEHOUSE_HOME: home }, server: server(verified) })
    expect(await run(['audit', 'verify', '--data', home], terminal)).toBe(1)
    expect(terminal.written.err).toContain('master.key is missing')
    expect(verified).toEqual([])
  })
})

test('audit export writes every page, one record a line', async () => {
  const terminal = scriptedTerminal({
    environment: signedIn(),
    replies: {
      'GET /api/audit': ({ path }) =>
        path.includes('after=b') ? { items: [{ sequence: 1 }] } : { items: [{ sequence: 3 }, { sequence: 2 }], next: 'b' },
    },
  })
  expect(await run(['audit', 'export'], terminal)).toBe(0)
  expect(
    terminal.written.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([{ sequence: 3 }, { sequence: 2 }, { sequence: 1 }])
})

test('config validate lists the problems and ends with 2', async () => {
  const readDeclared = async () => {
    const problems = [{ path: 'routes.yaml#1 spec', message: 'unknown field "target"; did you mean "targets"?' }]
    throw Object.assign(new Error('x is not in order'), { code: 'invalid_request', details: { problems } })
  }
  const terminal = scriptedTerminal({ server: { readDeclared } })
  expect(await run(['config', 'validate', 'x'], terminal)).toBe(2)
  expect(terminal.written.out).toBe('routes.yaml#1 spec: unknown field "target"; did you mean "targets"?\n')
})

test('serve hands its options to the server as the server reads them', async () => {
  const given: (readonly string[])[] = []
  const terminal = scriptedTerminal({ server: { main: async (args) => void given.push(args) } })
  expect(await run(['serve', '--config', 'a', '--data', 'b', '--port', '0', '--control-port', '0', '--quiet'], terminal)).toBe(0)
  expect(given).toEqual([['--config', 'a', '--data', 'b', '--port', '0', '--control-port', '0', '--quiet']])
})
