import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@gatehouse/kernel'

// A restore into a data directory stands there as unfinished from before its first byte until all of it was checked.

const fileOf = (directory: string) => join(directory, 'restoring.json')

export function markUnfinished(directory: string, from: string, now: number): void {
  const handle = openSync(fileOf(directory), 'w', 0o600)
  try {
    writeSync(handle, `${JSON.stringify({ from, since: new Date(now).toISOString() })}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

export const markFinished = (directory: string): void => rmSync(fileOf(directory), { force: true })

export const isUnfinished = (directory: string): boolean => existsSync(fileOf(directory))

/** Half a store must never serve. */
export function refuseUnfinished(directory: string): void {
  if (!isUnfinished(directory)) return
  throw new AppError('conflict', unfinishedText(directory, originOf(directory)))
}

export const unfinishedText = (where: string, from: string): string =>
  `a restore into ${where} did not finish: run "gatehouse db restore --from ${from}" again, it begins anew`

function originOf(directory: string): string {
  try {
    return (JSON.parse(readFileSync(fileOf(directory), 'utf8')) as { from: string }).from
  } catch {
    return '<backup>'
  }
}
