import type { IncomingMessage } from 'node:http'
import { AppError, Pieces, type Wheel } from '@gatehouse/kernel'

export interface BodyLimits {
  readonly mostBytes: number
  /** Milliseconds for the whole body. */
  readonly deadline: number
}

/** Reads a body, counting while it comes in. Calls back once; not at all when the caller leaves before the end. */
export function readBody(
  request: IncomingMessage,
  { mostBytes, deadline }: BodyLimits,
  wheel: Wheel,
  taken: (body: Buffer) => void,
  refused: (error: AppError) => void,
): void {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > mostBytes) {
    refused(tooLarge(mostBytes))
    return
  }
  let first: Buffer | undefined
  let more: Pieces | undefined
  let size = 0
  let over = false
  const watch = wheel.watch(deadline, () =>
    stop(new AppError('timeout', `the body did not arrive within ${deadline / 1000} seconds`, { details: { status: 408 } })),
  )
  const stop = (error?: AppError) => {
    over = true
    watch.stop()
    if (error) refused(error)
  }
  request.on('data', (read: Buffer) => {
    if (over) return
    size += read.length
    if (size > mostBytes) return stop(tooLarge(mostBytes))
    if (!first) first = read
    else {
      if (!more) {
        more = new Pieces()
        more.add(first)
      }
      more.add(read)
    }
  })
  request.on('end', () => {
    if (over) return
    stop()
    taken(more?.take() ?? first ?? Buffer.alloc(0))
  })
  request.on('close', () => watch.stop())
}

const tooLarge = (mostBytes: number) => new AppError('too_large', `the body is larger than ${Math.floor(mostBytes / 1024 / 1024)} MiB`)
