import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How the process that reads files is started. */
export interface Isolation {
  readonly execPath: string
  readonly execArgv: readonly string[]
  /** False where the system gives no network namespace: Node's own flags do not stop connections. */
  readonly isOffline: boolean
}

const unshare = '/usr/bin/unshare'
const setpriv = '/usr/bin/setpriv'

let found: Promise<Isolation> | undefined

/** Found out once: the strongest start that works on this machine. */
export const isolation = (megabytes: number): Promise<Isolation> => {
  found ??= findOut()
  return found.then((start) => ({ ...start, execArgv: [...start.execArgv, ...nodeFlags(megabytes)] }))
}

/** Whether documents are read in a process that can reach nobody. */
export const isReadingOffline = async (): Promise<boolean> => {
  found ??= findOut()
  return (await found).isOffline
}

async function findOut(): Promise<Isolation> {
  for (const [program = '', ...before] of starts()) {
    const works = await runs(program, [...before, unshare, '--version'])
    if (works) return { execPath: program, execArgv: [...before, process.execPath], isOffline: true }
  }
  return { execPath: process.execPath, execArgv: [], isOffline: false }
}

/** A network of its own, in which nothing is; with `setpriv` it also ends when the server is killed. */
function starts(): string[][] {
  if (process.platform !== 'linux' || !existsSync(unshare)) return []
  const alone = [
    [unshare, '--map-root-user', '--net', '--'],
    [unshare, '--net', '--'],
  ]
  const ending = existsSync(setpriv) ? alone.map((start) => [...start, setpriv, '--pdeathsig', 'KILL', '--']) : []
  return [...ending, ...alone]
}

const runs = (program: string, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const tried = spawn(program, args, { env: {}, stdio: 'ignore', timeout: 5000 })
    tried.on('error', () => resolve(false))
    tried.on('exit', (code) => resolve(code === 0))
  })

/** May read the program it runs and nothing else; may write nothing, start nothing and load no native code. */
const nodeFlags = (megabytes: number): string[] => [
  '--permission',
  ...readable().map((path) => `--allow-fs-read=${path}`),
  `--max-old-space-size=${Math.round(megabytes * 0.75)}`,
  '--max-semi-space-size=16',
  '--no-warnings',
]

function readable(): string[] {
  const knowledge = join(import.meta.dirname, '../..')
  const kernel = packageFolder(import.meta.resolve('@gatehouse/kernel'))
  return [knowledge, kernel, join(dirname(kernel), 'contracts'), ...modulesAbove(knowledge)].map((path) => join(path, '/'))
}

function packageFolder(entry: string): string {
  let folder = dirname(fileURLToPath(entry))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

function modulesAbove(start: string): string[] {
  const folders: string[] = []
  for (let folder = start; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules')
    if (existsSync(modules)) folders.push(modules)
    if (dirname(folder) === folder) return folders
  }
}
