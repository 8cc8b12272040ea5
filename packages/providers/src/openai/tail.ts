import type { Usage } from '@gatehouse/contracts'
import { dataOf, FrameSplitter } from '../frames.ts'
import { decodeFrame } from './reply.ts'

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

/** Keeps references to the last 64 KB of reads. */
export class Tail {
  readonly #reads: Uint8Array[] = []
  #first = 0
  #kept = 0
  #total = 0

  keep(read: Uint8Array): void {
    this.#reads.push(read)
    this.#kept += read.length
    this.#total += read.length
    while (this.#kept - this.#reads[this.#first]!.length > mostKept) {
      this.#kept -= this.#reads[this.#first]!.length
      this.#reads[this.#first++] = empty
      if (this.#first > 1024) {
        this.#reads.splice(0, this.#first)
        this.#first = 0
      }
    }
  }

  /** The last frames tell; all that is kept is looked at only when they do not. */
  judge(): Ending {
    const short = this.#look(usuallyEnough)
    return short.finish === undefined || !short.usage ? this.#look(mostKept * 2) : short
  }

  #look(bytes: number): Ending {
    let from = this.#reads.length
    let size = 0
    while (from > this.#first && size < bytes) size += this.#reads[--from]!.length
    const splitter = new FrameSplitter()
    const frames = this.#reads.slice(from).flatMap((read) => splitter.push(read))
    const half = splitter.rest()
    if (size < this.#total) frames.shift() // may have lost its beginning
    const found = lookBack(frames, half)
    return { ...found, estimate: size ? Math.ceil((frames.length * this.#total) / size) : 0 }
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

const empty = new Uint8Array()

function lenient(frame: Buffer) {
  try {
    return decodeFrame(frame)
  } catch {
    return undefined // judged by what else is there: a stream of garbage has no finish and no [DONE]
  }
}
