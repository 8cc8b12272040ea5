import { type ChildProcess, fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Started<T> {
  readonly child: ChildProcess
  readonly said: T
}

/** Starts a file of the bench and waits for the first thing it says. */
export function start<T>(file: string, ...args: string[]): Promise<Started<T>> {
  const child = fork(join(import.meta.dirname, file), args, {
    execArgv: (process.env.BENCH_FLAGS ?? '').split(' ').filter(Boolean),
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

const ticks = 100 // of /proc, on every Linux that Node runs on

/** CPU seconds of a process and all below it: utime and stime, threads included. */
export function cpuOf(pid: number): number {
  const children = new Map<number, number[]>()
  const own = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(name)
    if (!fields) continue
    const parent = Number(fields[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    own.set(Number(name), (Number(fields[11]) + Number(fields[12])) / ticks)
  }
  const sum = (each: number): number => (own.get(each) ?? 0) + (children.get(each) ?? []).reduce((total, child) => total + sum(child), 0)
  return sum(pid)
}

/** Resident memory in bytes. */
export function memoryOf(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) * 1024
}

/** The fields behind the name, which may hold spaces itself. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined // it has ended meanwhile
  }
}
