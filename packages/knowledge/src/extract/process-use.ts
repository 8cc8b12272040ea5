import { readFile } from 'node:fs/promises'

/** What a process uses, where the system tells; undefined elsewhere. */
export interface Use {
  readonly megabytes: number
  /** Of a processor, since the process began. */
  readonly milliseconds: number
}

const ticksPerSecond = 100

export async function useOf(pid: number | undefined): Promise<Use | undefined> {
  try {
    const [status, stat] = await Promise.all([readFile(`/proc/${pid}/status`, 'latin1'), readFile(`/proc/${pid}/stat`, 'latin1')])
    // after the name, which may hold anything: the 14th and 15th fields are time in its own code and in the system's
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      megabytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024,
      milliseconds: ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond,
    }
  } catch {
    return undefined
  }
}
