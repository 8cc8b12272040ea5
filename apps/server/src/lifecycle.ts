import type { Server } from 'node:http'
import { AppError } from '@gatehouse/kernel'
import { stopListening } from './http.ts'
import type { Logger } from './log.ts'
import type { OpenCalls } from './open-calls.ts'

export type Phase = 'starting' | 'ready' | 'draining'

/** In which phase the server is, and what has to be closed, the last opened first. */
export class Lifecycle {
  phase: Phase = 'starting'
  readonly #closers: (() => unknown)[] = []

  closing(closer: () => unknown): void {
    this.#closers.push(closer)
  }

  /** One that fails does not keep the others open; the first failure is thrown afterwards. */
  async close(): Promise<void> {
    this.phase = 'draining'
    let failure: unknown
    for (const closer of this.#closers.splice(0).reverse())
      try {
        await closer()
      } catch (thrown) {
        failure ??= thrown
      }
    if (failure !== undefined) throw failure
  }
}

export interface DrainParts {
  readonly servers: readonly Server[]
  readonly open: OpenCalls
  readonly log: Logger
  /** Milliseconds that new calls are still taken, while balancers see that this server is not ready. */
  readonly delay: number
  /** Milliseconds that calls under way then get. */
  readonly limit: number
}

/** For an answer that was cut to reach its caller. */
const lastWords = 2_000
/** For its record to be written. */
const lastRecords = 5_000

/** Takes no more connections, lets answers finish, and ends those that take too long with an error their callers can read. */
export async function drain({ servers, open, log, delay, limit }: DrainParts): Promise<void> {
  if (delay > 0) await wait(delay)
  const closed = Promise.all(servers.map(stopListening))
  if (!(await within(closed, limit))) {
    const reason = new AppError('overloaded', 'the server is stopping; ask again', { details: { retryAfter: '5' } })
    const cut = open.cancel(reason)
    if (cut > 0) log.warn({ calls: cut }, 'answers were cut: they took longer than the server waits')
    await within(closed, lastWords)
    for (const server of servers) server.closeAllConnections()
  }
  if (!(await within(open.idle(), lastRecords))) log.error({ calls: open.size }, 'calls did not end when they were told to')
  await closed
}

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** Whether the work was done in time. */
export function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), milliseconds)
    work.then(
      () => {
        clearTimeout(timer)
        resolve(true)
      },
      (thrown) => {
        clearTimeout(timer)
        reject(thrown)
      },
    )
  })
}
