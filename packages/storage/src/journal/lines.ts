import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { CallRecord } from '@gatehouse/contracts'

const mostBytes = 1 << 20
const mostLines = 1000

export interface Advance {
  readonly file: string
  /** Bytes known to be on disk. */
  readonly upTo: number
  /** Nothing more will be written to it. */
  readonly final: boolean
  /** Written by this process a moment ago, not left by one that died. */
  readonly fresh?: boolean
}

/** Files of processes that died: the lock says that no other process lives. */
export function leftOver(directory: string): Advance[] {
  const folder = join(directory, 'journal')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((file) => {
      const handle = openSync(join(folder, file), 'r')
      try {
        return { file, upTo: fstatSync(handle).size, final: true }
      } finally {
        closeSync(handle)
      }
    })
}

/** What a reader needs to know of a line at the least. */
type Facts = Pick<CallRecord, 'id' | 'at'>

export interface Line<Record extends Facts = CallRecord> {
  readonly text: string
  readonly record: Record
}
interface Lines<Record extends Facts> {
  readonly lines: Line<Record>[]
  /** How far it read. */
  readonly bytes: number
  /** Lines nobody can read; counted, and told to the audit. */
  readonly damaged: number
}
type Read<Record> = (text: string) => Record | undefined

/** Whole lines from `position`; a torn last line was never acknowledged and is left. */
export function readLines<Record extends Facts>(path: string, position: number, upTo: number, read: Read<Record>): Lines<Record> {
  const handle = openSync(path, 'r')
  try {
    let size = Math.min(mostBytes, upTo - position)
    for (;;) {
      const bytes = Buffer.allocUnsafe(size)
      const count = readSync(handle, bytes, 0, size, position)
      const found = splitLines(bytes.subarray(0, count), read)
      // one line longer than the buffer: read further
      if (found.bytes === 0 && position + size < upTo) size = Math.min(size * 2, upTo - position)
      else return found
    }
  } finally {
    closeSync(handle)
  }
}

function splitLines<Record extends Facts>(bytes: Buffer, read: Read<Record>): Lines<Record> {
  const lines: Line<Record>[] = []
  let damaged = 0
  let start = 0
  while (lines.length < mostLines) {
    const end = bytes.indexOf(10, start)
    if (end < 0) break
    const text = bytes.toString('utf8', start, end)
    start = end + 1
    if (isBlank(text)) continue
    const record = read(text)
    if (record) lines.push({ text, record })
    else damaged++
  }
  return { lines, bytes: start, damaged }
}

const isBlank = (text: string) => text.charCodeAt(0) !== openBrace && text.trim() === ''
const openBrace = 123

/** A whole line as a record. */
export function parseLine(text: string): CallRecord | undefined {
  try {
    const value = JSON.parse(text) as CallRecord
    return typeof value.id === 'string' && typeof value.at === 'number' ? value : undefined
  } catch {
    return undefined
  }
}

/** What a column of whole numbers takes, whatever stands in the line: one line that is refused would hold up all behind it. */
export const wholeNumber = (value: number | undefined): number =>
  typeof value === 'number' && Number.isSafeInteger(Math.round(value)) ? Math.round(value) : 0
