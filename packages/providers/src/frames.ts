import { AppError } from '@gatehouse/kernel'

const lineFeed = 10
const carriageReturn = 13
const mostBytes = 1024 * 1024
const _nothing: readonly Buffer[] = []

/**
 * Splits a stream of server-sent events into frames, each with its closing blank line, as slices of what was read.
 * A frame that a read cut in two is joined; one longer than 1 MB is refused. `\n\n` and `\r\n\r\n` both close a frame.
 */
export class FrameSplitter {
  #kept: Buffer[] = []
  #size = 0

  /** The frames that are complete with this read. */
  push(read: Uint8Array): readonly Buffer[] {
    const buffer = this.#join(read)
    const frames: Buffer[] = []
    let from = 0
    for (let at = endOfFrame(buffer, from); at >= 0; at = endOfFrame(buffer, from)) {
      frames.push(buffer.subarray(from, at))
      from = at
    }
    if (from < buffer.length) this.#keep(buffer.subarray(from))
    return frames
  }

  /** What is left without a blank line when the stream ends. */
  rest(): Buffer | undefined {
    if (this.#size === 0) return undefined
    return this.#take()
  }

  /** The kept pieces and this read as one, but only when the read may close a frame: an endless line is not copied again and again. */
  #join(read: Uint8Array): Buffer {
    const fresh = Buffer.from(read.buffer, read.byteOffset, read.length)
    if (this.#size === 0) return fresh
    const first = fresh.indexOf(lineFeed)
    if (first < 0) {
      this.#keep(fresh)
      return Buffer.alloc(0)
    }
    return Buffer.concat([this.#take(), fresh])
  }

  #take(): Buffer {
    const all = this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept, this.#size)
    this.#kept = []
    this.#size = 0
    return all
  }

  #keep(piece: Buffer): void {
    this.#kept.push(piece)
    this.#size += piece.length
    if (this.#size > mostBytes) throw new AppError('upstream_failed', 'the vendor sent an event longer than 1 MB')
  }
}

/** Just behind the blank line that closes the frame, or -1. */
function endOfFrame(buffer: Buffer, from: number): number {
  for (let at = buffer.indexOf(lineFeed, from); at >= 0; at = buffer.indexOf(lineFeed, at + 1)) {
    const next = buffer[at + 1]
    if (next === lineFeed) return at + 2
    if (next === carriageReturn && buffer[at + 2] === lineFeed) return at + 3
  }
  return -1
}

/** The `data:` lines of a frame, joined as the standard says; undefined for comments and frames without data. */
export function dataOf(frame: Buffer): string | undefined {
  const text = frame.toString('utf8')
  if (text.startsWith('data: ') && text.indexOf('\n') === text.length - 2) return text.slice(6, -2) // the usual one
  let data: string | undefined
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith('data:')) continue
    const value = line.charAt(5) === ' ' ? line.slice(6) : line.slice(5)
    data = data === undefined ? value : `${data}\n${value}`
  }
  return data
}
