import { type AppError, type Job, type Jobs, toAppError } from '@gatehouse/kernel'
import { reasonOf } from '../extract/refusal.ts'
import { type ProcessPorts, processDocument } from './process.ts'
import { type IngestWork, ingestQueue } from './work.ts'

export interface WorkerOptions {
  /** Names this process in leases. */
  readonly owner: string
  readonly leaseMilliseconds?: number
  /** How often an idle worker looks for jobs of other processes. */
  readonly idleMilliseconds?: number
  /** How many documents at once. */
  readonly width?: number
}
export interface IngestWorker {
  /** There may be work. */
  wake(): void
  /** Resolves when nothing is queued or under way here. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const mostAttempts = 4
const lasting = new Set<AppError['code']>(['invalid_request', 'unsupported', 'too_large', 'not_found', 'blocked', 'forbidden'])

/** Leases jobs and works on them side by side, until stopped. A killed process's jobs come back when their lease is over. */
export function startWorker(
  ports: ProcessPorts & { jobs: Jobs },
  { owner, leaseMilliseconds = 120_000, idleMilliseconds = 1000, width = 16 }: WorkerOptions,
): IngestWorker {
  const { jobs } = ports
  const running = new Set<Promise<void>>()
  const waiting: (() => void)[] = []
  let stopped = false
  let woken = false
  let ring: (() => void) | undefined

  const done = loop()
  return {
    wake() {
      woken = true
      ring?.()
    },
    async idle() {
      if (stopped) return
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        this.wake()
      })
    },
    async stop() {
      stopped = true
      ring?.()
      await done
      await Promise.all(running)
      for (const resolve of waiting.splice(0)) resolve()
    },
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false
      const leased = await leaseMore()
      for (const job of leased) track(work(job))
      if (running.size >= width) await Promise.race(running)
      else if (leased.length === 0) await rest()
    }
  }

  async function leaseMore(): Promise<Job<IngestWork>[]> {
    try {
      // the payload is what `add` wrote
      return (await jobs.lease(ingestQueue, { owner, milliseconds: leaseMilliseconds, limit: width - running.size })) as Job<IngestWork>[]
    } catch {
      await sleep(idleMilliseconds) // the store is busy or away: later
      return []
    }
  }

  function track(task: Promise<void>): void {
    const kept = task.finally(() => running.delete(kept))
    running.add(kept)
  }

  async function rest(): Promise<void> {
    if (running.size) {
      await Promise.race([...running, woken ? Promise.resolve() : sleep(idleMilliseconds)])
      return
    }
    if (woken) return
    if (waiting.length && (await isEmpty())) for (const resolve of waiting.splice(0)) resolve()
    if (!woken && !stopped) await sleep(waiting.length ? Math.min(20, idleMilliseconds) : idleMilliseconds)
  }

  async function isEmpty(): Promise<boolean> {
    try {
      return (await jobs.count(ingestQueue)) === 0
    } catch {
      return false
    }
  }

  async function work(job: Job<IngestWork>): Promise<void> {
    const renewing = setInterval(() => void jobs.renew(job, owner, leaseMilliseconds).catch(() => false), leaseMilliseconds / 3)
    try {
      await processDocument(job.payload, ports)
      await jobs.complete(job, owner)
    } catch (thrown) {
      await giveUp(job, toAppError(thrown)).catch(() => undefined) // the lease runs out and somebody tries again
    } finally {
      clearInterval(renewing)
    }
  }

  /** What is wrong with the file is final; what is wrong with the server is tried again, later each time. */
  async function giveUp(job: Job<IngestWork>, error: AppError): Promise<void> {
    const { document: id, project, blob } = job.payload
    if (!lasting.has(error.code) && job.attempts < mostAttempts) {
      await jobs.retry(job, owner, ports.clock.now() + 500 * 4 ** job.attempts)
      return
    }
    const document = await ports.documents.get(project, id)
    if (document && document.blob === blob)
      await ports.documents.update(id, {
        status: 'error',
        error: { code: reasonOf(error) ?? error.code, message: error.message },
        updatedAt: ports.clock.now(),
      })
    await jobs.complete(job, owner)
  }

  function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      ring = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
