import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AuditHead } from '@gatehouse/contracts'

/** Appended and synced. */
export function exportHeads(file: string, heads: readonly AuditHead[]): void {
  mkdirSync(dirname(file), { recursive: true })
  const handle = openSync(file, 'a', 0o600)
  try {
    writeSync(handle, heads.map((head) => `${JSON.stringify(head)}\n`).join(''))
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
