import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A data and a home directory for one test; `remove` takes them away. */
export function temporaryPlace() {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  return { data: join(directory, 'data'), home: join(directory, 'home'), remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** A server in a process of its own, as people run it, so that it can be killed. */
export interface ServerProcess {
  readonly pid: number
  readonly dataUrl: string
  readonly consoleUrl: string
  readonly output: string
  /** All it printed as errors and as log, so far. */
  readonly log: string
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

export async function spawnServer(
  place: { data: string; home: string },
  extra: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
  /** What runs the program, when it is not simply started. */
  inside: (...command: readonly string[]) => [program: string, args: readonly string[]] = (program, ...args) => [program!, args],
): Promise<ServerProcess> {
  const args = [
    '--data',
    place.data,
    '--home',
    place.home,
    '--port',
    '0',
    '--control-port',
    '0',
    '--sample',
    join(root, 'examples/handbook'),
  ]
  const child = spawn(...inside(process.execPath, join(root, 'apps/server/src/main.ts'), ...args, ...extra), {
    env: { PATH: process.env.PATH, HOME: place.home, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr!.on('data', (read: Buffer) => {
    log += read.toString()
  })
  const output = await greeting(child)
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return gone
  }
  return {
    pid: child.pid!,
    dataUrl: /Models\s+(http:\S+)\/v1/.exec(output)![1]!,
    consoleUrl: /(http:\S+\/console)/.exec(output)![1]!,
    output,
    get log() {
      return log
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

/** What it prints until it is ready; rejects with that when it ends before. */
function greeting(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const take = (read: Buffer) => {
      text += read.toString()
      if (/Models\s+http:\S+\/v1/.test(text)) setTimeout(() => resolve(text), 20) // the rest of the same print
    }
    child.stdout!.on('data', take)
    child.stderr!.on('data', take)
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${text}`)))
  })
}
