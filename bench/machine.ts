import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** What figures were measured on: nothing that names the machine itself. */
export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly memory: string
  readonly system: string
  readonly node: string
}

export const machine = (): Machine => ({
  cores: availableParallelism(),
  processor: (cpus()[0]?.model ?? 'unknown').replace(/\s+/g, ' ').trim(),
  memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
  system: `${type()} ${/^[\d.]*\d/.exec(release())?.[0] ?? ''}`, // what is built in says nothing to others
  node: process.version,
})

/** The commit that was measured, and whether the tree differed from it. */
export function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
    const changed = git('status', '--porcelain', '--', '..', ':!../docs/performance.md', ':!results.json')
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? ' with changes' : ''}`
  } catch {
    return 'unknown' // not a clone
  }
}

/** Watches how busy the machine is while something runs. */
export class LoadWatch {
  readonly before = loadavg()[0]!
  #highest = this.before
  readonly #timer = setInterval(() => {
    this.#highest = Math.max(this.#highest, loadavg()[0]!)
  }, 1000)

  end(): { before: number; highest: number } {
    clearInterval(this.#timer)
    return { before: this.before, highest: this.#highest }
  }
}

/** Resident memory in bytes of a process and all below it; pages that they share count in each. */
export function treeMemoryOf(pid: number, which: 'tree' | 'alone' = 'tree'): number {
  if (which === 'alone') return residentOf(pid)
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const sum = (each: number): number => residentOf(each) + (children.get(each) ?? []).reduce((total, child) => total + sum(child), 0)
  return sum(pid)
}

/** How many files a process of ours may open: each stream takes two in a proxy. */
export function mostOpenFiles(): number {
  const line = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))
  return Number(line?.[1] ?? 1024)
}

const statusOf = (pid: string | number): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return '' // it has ended meanwhile
  }
}
function parentOf(pid: string): number | undefined {
  const found = /PPid:\s+(\d+)/.exec(statusOf(pid))?.[1]
  return found === undefined ? undefined : Number(found)
}
const residentOf = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(statusOf(pid))?.[1] ?? 0) * 1024
