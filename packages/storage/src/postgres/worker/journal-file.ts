import { open } from 'node:fs/promises'
import type { CallRecord } from '@gatehouse/contracts'

const mostBytes = 1 << 20
const mostLines = 1000
const lineEnd = 10

export interface JournalLine {
  readonly text: string
  readonly call: CallRecord
}
interface Batch {
  readonly lines: readonly JournalLine[]
  /** Lines nobody can read; counted, and told to the audit. */
  readonly damaged: number
  /** Where the next batch begins. */
  readonly end: number
}

/** Whole lines from a place in the file; a last line without an end was never acknowledged and is left. */
export async function readBatch(path: string, start: number, upTo: number): Promise<Batch> {
  if (start >= upTo) return { lines: [], damaged: 0, end: start }
  const handle = await open(path)
  try {
    for (let size = mostBytes; ; size *= 2) {
      const wanted = Math.min(size, upTo - start)
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, start)
      const batch = batchIn(buffer.subarray(0, bytesRead), start)
      if (batch.end > start || start + wanted >= upTo) return batch // else one line is longer: read further
    }
  } finally {
    await handle.close()
  }
}

function batchIn(bytes: Buffer, start: number): Batch {
  const lines: JournalLine[] = []
  let [at, damaged] = [0, 0]
  for (let end = bytes.indexOf(lineEnd); end >= 0 && lines.length < mostLines; end = bytes.indexOf(lineEnd, at)) {
    const text = bytes.toString('utf8', at, end)
    at = end + 1
    const call = callIn(text)
    if (call) lines.push({ text, call })
    else if (text.trim() !== '') damaged++
  }
  return { lines, damaged, end: start + at }
}

function callIn(text: string): CallRecord | undefined {
  try {
    const call = JSON.parse(text) as CallRecord
    return typeof call.id === 'string' && typeof call.at === 'number' ? call : undefined
  } catch {
    return undefined
  }
}
