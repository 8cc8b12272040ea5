import type { Usage } from '@gatehouse/contracts'
import { dataOf, FrameSplitter } from '../frames.ts'
import { decodeFrame } from './reply.ts'

const leastKept = 4 * 1024
const mostKept = 64 * 1024
const usuallyEnough = 2048

/** What a stream was, judged once at its end from the last reads: nobody has to look at each chunk for usage or finish. */
export interface Ending {
  /** The vendor said itself that it was finished. */
  readonly complete: boolean
  /** It also sent `[DONE]`. */
  readonly terminated: boolean
  readonly finish?: string
  readonly usage?: Usage
  /** The last thing it said was an error. */
  readonly error: boolean
  /** Output tokens by the number of frames, for vendors that report none. */
  readonly estimate: number
}

/**
 * Keeps a copy of the end of a stream. Not the reads themselves: thousands of small buffers that outlive a collection each cost the
 * collector more than copying 250 bytes. Room for sixteen reads of the largest seen, so a stream of large frames keeps up to 64 KB.
 */
export class Tail {
  #ring = Buffer.allocUnsafeSlow(leastKept)
  /** Where the next byte goes. */
  #at = 0
  #kept = 0
  #total = 0

  keep(read: Uint8Array): void {
    const { length } = read
    if (length * 16 > this.#ring.length && this.#ring.length < mostKept) this.#grow(length * 16)
    const ring = this.#ring
    this.#total += length
    const room = ring.length - this.#at
    if (length < room) {
      ring.set(read, this.#at)
      this.#at += length
    } else if (length >= ring.length) {
      ring.set(read.subarray(length - ring.length))
      this.#at = 0
    } else {
      ring.set(read.subarray(0, room), this.#at)
      ring.set(read.subarray(room))
      this.#at = length - room
    }
    this.#kept = Math.min(this.#kept + length, ring.length)
  }

  /** The last frames tell; all that is kept is looked at only when they do not. */
  judge(): Ending {
    const all = this.#all()
    const short = this.#look(all.subarray(-usuallyEnough))
    return (short.finish === undefined || !short.usage) && all.length > usuallyEnough ? this.#look(all) : short
  }

  #look(bytes: Buffer): Ending {
    const splitter = new FrameSplitter()
    const frames = [...splitter.push(bytes)]
    const half = splitter.rest()
    if (bytes.length < this.#total) frames.shift() // may have lost its beginning
    const found = lookBack(frames, half)
    return { ...found, estimate: bytes.length ? Math.ceil((frames.length * this.#total) / bytes.length) : 0 }
  }

  #all(): Buffer {
    const ring = this.#ring
    if (this.#kept < ring.length) return ring.subarray(0, this.#at)
    return Buffer.concat([ring.subarray(this.#at), ring.subarray(0, this.#at)])
  }

  #grow(wanted: number): void {
    const all = this.#all()
    let size = this.#ring.length
    while (size < wanted && size < mostKept) size *= 2
    this.#ring = Buffer.allocUnsafeSlow(size)
    this.#ring.set(all)
    this.#at = this.#kept = all.length
  }
}

/** From the last frame backwards until finish and usage are known. */
function lookBack(frames: readonly Buffer[], half: Buffer | undefined): Omit<Ending, 'estimate'> {
  let terminated = half !== undefined && dataOf(half) === '[DONE]' // some leave the last blank line out
  let error = false
  let finish: string | undefined
  let usage: Usage | undefined
  for (let at = frames.length - 1; at >= 0 && (finish === undefined || !usage); at--) {
    const payload = lenient(frames[at]!)
    terminated ||= payload?.source === '[DONE]'
    error ||= payload?.kind === 'error'
    finish ??= payload?.finish
    usage ??= payload?.usage
  }
  const complete = !error && (terminated || (finish !== undefined && half === undefined))
  return { complete, terminated, error, ...(finish !== undefined && { finish }), ...(usage && { usage }) }
}

function lenient(frame: Buffer) {
  try {
    return decodeFrame(frame)
  } catch {
    return undefined // judged by what else is there: a stream of garbage has no finish and no [DONE]
  }
}
