import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isolation } from './isolation.ts'

const server = createServer((socket) => socket.end())
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

/** What becomes of a script in the process that reads files: what it prints. */
async function tried(script: string): Promise<string> {
  const { execPath, execArgv } = await isolation(256)
  return execFileSync(execPath, [...execArgv, '--input-type=module', '--eval', script], { encoding: 'utf8', env: {} }).trim()
}
const denied = (action: string) => `try { ${action}; console.log('done') } catch (error) { console.log(error.code) }`

it.each([
  ['read what is not its program', `(await import('node:fs')).readFileSync('/etc/hostname')`],
  ['write', `(await import('node:fs')).writeFileSync('/tmp/gatehouse-isolation', 'x')`],
  ['start a program', `(await import('node:child_process')).spawnSync('true')`],
  ['start a thread', `new (await import('node:worker_threads')).Worker('1', { eval: true })`],
])('the process that reads files may not %s', async (_, action) => {
  expect(await tried(denied(action))).toBe('ERR_ACCESS_DENIED')
})

it('it reaches nobody where the system gives it a network of its own, and says so where not', async () => {
  const { port } = server.address() as { port: number }
  const connect = `import { connect } from 'node:net'
    const socket = connect(${port}, '127.0.0.1')
    socket.on('connect', () => { console.log('reached'); socket.destroy() })
    socket.on('error', (error) => console.log(error.code))`
  const { isOffline } = await isolation(256)
  expect(await tried(connect)).toMatch(isOffline ? /^E/ : /^reached$/)
})
