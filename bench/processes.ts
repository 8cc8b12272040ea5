import { type ChildProcess, fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
// biome-ignore lint/correctness/useImportExtensions: the file of types beside it is not the module
import { serverFlags } from '../scripts/node24.mjs'

export interface Started<T> {
  readonly child: ChildProcess
  readonly said: T
}

/** Starts a file of the bench and waits for the first thing it says. */
export function start<T>(file: string, ...args: string[]): Promise<Started<T>> {
  const child = fork(join(import.meta.dirname, file), args, {
    // both sides with what the shim gives the server
    execArgv: [...serverFlags, ...(process.env.BENCH_FLAGS ?? '').split(' ').filter(Boolean)],
    stdio: ['ignore', process.env.BENCH_FLAGS ? 'inherit' : 'ignore', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    child.once('message', (said) => resolve({ child, said: said as T }))
    child.once('exit', (code) => reject(new Error(`bench/${file} ended with ${code} before it was ready`)))
  })
}

export function ask<T>(child: ChildProcess, order: unknown): Promise<T> {
  return new Promise((resolve) => {
    child.once('message', (answer) => resolve(answer as T))
    child.send(order as object)
  })
}

/** CPU seconds of a process and all below it, to the nanosecond: what the scheduler counted for each of their threads. */
export function cpuOf(pid: number): number {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(name)
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const sum = (each: number): number => threadsOf(each) + (children.get(each) ?? []).reduce((total, child) => total + sum(child), 0)
  return sum(pid) / 1e9
}

function threadsOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]), 0)
  } catch {
    return 0 // it has ended meanwhile
  }
}

/** Resident memory in bytes. */
export function memoryOf(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) * 1024
}

/** The second field behind the name, which may hold spaces itself. */
function parentOf(pid: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined // it has ended meanwhile
  }
}
