import { AppError, Pieces } from '@gatehouse/kernel'

const lineFeed = 10
const carriageReturn = 13
const mostBytes = 1024 * 1024

/**
 * Splits a stream of server-sent events into frames, each with its closing blank line, as slices of what was read.
 * A frame that a read cut in two is joined; one longer than 1 MB is refused. `\n\n` and `\r\n\r\n` both close a frame, also mixed.
 */
export class FrameSplitter {
  #kept: Pieces | undefined
  /** The last two bytes that are kept. */
  #before = 0
  #last = 0

  /** The frames that are complete with this read. */
  push(read: Uint8Array): readonly Buffer[] {
    return framesIn(this.complete(read))
  }

  /** All up to the end of the last complete frame, in one piece: the read itself when it cuts none in two. */
  complete(read: Uint8Array): Buffer {
    const fresh = Buffer.from(read.buffer, read.byteOffset, read.length)
    if (!this.#kept && fresh[fresh.length - 1] === lineFeed && fresh[fresh.length - 2] === lineFeed) return fresh
    if (this.#kept && !this.#closes(fresh)) return this.#keep(fresh)
    const all = this.#take(fresh)
    const end = endOfLastFrame(all)
    if (end < all.length) this.#keep(all.subarray(end))
    return all.subarray(0, end)
  }

  /** What is left without a blank line when the stream ends. */
  rest(): Buffer | undefined {
    const rest = this.#kept?.take()
    this.#kept = undefined
    return rest
  }

  /** Whether some frame ends with this read: only then is it worth joining what came in many. */
  #closes(fresh: Buffer): boolean {
    const [first, second] = fresh
    if (first === lineFeed && (this.#last === lineFeed || (this.#last === carriageReturn && this.#before === lineFeed))) return true
    if (first === carriageReturn && second === lineFeed && this.#last === lineFeed) return true
    return endOfFrame(fresh, 0) >= 0
  }

  #take(fresh: Buffer): Buffer {
    if (!this.#kept) return fresh
    this.#kept.add(fresh)
    const all = this.#kept.take()
    this.#kept = undefined
    return all
  }

  #keep(piece: Buffer): Buffer {
    if (piece.length === 0) return piece
    this.#kept ??= new Pieces()
    this.#kept.add(piece)
    this.#before = piece.length > 1 ? piece[piece.length - 2]! : this.#last
    this.#last = piece[piece.length - 1]!
    if (this.#kept.size > mostBytes) throw new AppError('upstream_failed', 'the vendor sent an event longer than 1 MB')
    return piece.subarray(0, 0)
  }
}

/** The complete frames of a piece. */
export function framesIn(piece: Buffer): readonly Buffer[] {
  const frames: Buffer[] = []
  let from = 0
  for (let at = endOfFrame(piece, from); at >= 0; at = endOfFrame(piece, from)) {
    frames.push(piece.subarray(from, at))
    from = at
  }
  return frames
}

/** Behind the last blank line, or 0. */
function endOfLastFrame(buffer: Buffer): number {
  for (let at = buffer.lastIndexOf(lineFeed); at > 0; at = buffer.lastIndexOf(lineFeed, at - 1)) {
    if (buffer[at - 1] === lineFeed) return at + 1
    if (buffer[at - 1] === carriageReturn && buffer[at - 2] === lineFeed) return at + 1
  }
  return 0
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
  if (text.startsWith('data: ') && text.indexOf('\n') === text.length - 2 && text.at(-3) !== '\r') return text.slice(6, -2) // the usual one
  let data: string | undefined
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith('data:')) continue
    const value = line.charAt(5) === ' ' ? line.slice(6) : line.slice(5)
    data = data === undefined ? value : `${data}\n${value}`
  }
  return data
}
