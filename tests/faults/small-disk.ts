import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Why no small file system can be made here, or undefined. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has mounts that end with their process'
  const tried = spawnSync('unshare', [...namespace(), 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], { encoding: 'utf8' })
  if (tried.error || tried.status !== 0) return `a mount namespace cannot be made: ${tried.error?.message ?? tried.stderr.trim()}`
  return undefined
}

/** As root a mount namespace is enough; else a user namespace makes us root in there. */
const namespace = () => (process.getuid?.() === 0 ? ['-m'] : ['-rm'])

/** Runs a program with a file system of its own at `path`: mounted where only that process and its children see it, and gone with them. */
export const withDisk =
  (path: string, options: string) =>
  (...command: readonly string[]): [string, string[]] => [
    'unshare',
    [...namespace(), 'sh', '-c', `mkdir -p "${path}" && mount -t tmpfs -o ${options} tmpfs "${path}" && exec "$@"`, 'sh', ...command],
  ]

/** A path as that process sees it. */
export const seenBy = (pid: number, path: string): string => `/proc/${pid}/root${path}`

const filler = 'filler'
/** Leaves no byte on the disk at the path. */
export function fill(directory: string): void {
  const handle = openSync(join(directory, filler), 'a')
  try {
    for (let block = Buffer.alloc(1 << 20); block.length > 0; )
      try {
        if (writeSync(handle, block) < block.length) block = block.subarray(0, block.length >> 1)
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
        block = block.subarray(0, block.length >> 1)
      }
  } finally {
    closeSync(handle)
  }
}
export const free = (directory: string): void => rmSync(join(directory, filler))
