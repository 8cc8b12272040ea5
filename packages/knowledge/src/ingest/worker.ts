import { type AppError, type Job, type Jobs, toAppError } from '@gatehouse/kernel'
import { type EmbedWork, embedBase, noteProblem } from '../embed/embed-base.ts'
import { reasonOf } from '../extract/refusal.ts'
import { type ProcessPorts, processDocument } from './process.ts'
import { embedQueue, type IngestWork, ingestQueue } from './work.ts'

export interface WorkerOptions {
  /** Names this process in leases. */
  readonly owner: string
  readonly leaseMilliseconds?: number
  /** How often an idle worker looks for jobs of other processes. */
  readonly idleMilliseconds?: number
  /** How many documents at once. */
  readonly width?: number
  /** When told to stop: how long what is under way may take to end. Then it is given back, for this or another process to begin anew. */
  readonly patienceMilliseconds?: number
}
export interface IngestWorker {
  /** There may be work. */
  wake(): void
  /** Resolves when nothing is queued or under way here. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const mostAttempts = 4
const longestWait = 10 * 60_000
const waitAfter = (attempts: number) => Math.min(longestWait, 500 * 4 ** Math.min(attempts, 10))
const lasting = new Set<AppError['code']>(['invalid_request', 'unsupported', 'too_large', 'not_found', 'blocked', 'forbidden'])

/** Leases jobs and works on them side by side, until stopped. A killed process's jobs come back when their lease is over. */
export function startWorker(
  ports: ProcessPorts & { jobs: Jobs },
  { owner, leaseMilliseconds = 120_000, idleMilliseconds = 1000, width = 16, patienceMilliseconds = 5_000 }: WorkerOptions,
): IngestWorker {
  const { jobs } = ports
  const running = new Set<Promise<void>>()
  const held = new Set<Job>()
  const waiting: (() => void)[] = []
  let stopped = false
  let woken = false
  /** One base at a time: it works through its documents, and others want to be read meanwhile. */
  let embedding = false
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
      if (!(await inTime(Promise.all([done, ...running])))) await giveBack([...held])
      for (const resolve of waiting.splice(0)) resolve()
    },
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false
      const leased = await leaseMore()
      if (stopped) return giveBack(leased)
      for (const job of leased) track(work(job))
      if (running.size >= width) await Promise.race(running)
      else if (leased.length === 0) await rest()
    }
  }

  async function giveBack(jobsHeld: readonly Job[]): Promise<void> {
    for (const job of jobsHeld) held.delete(job)
    await Promise.all(jobsHeld.map((job) => jobs.retry(job, owner, ports.clock.now()).catch(() => false)))
  }

  function inTime(work: Promise<unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), patienceMilliseconds)
      void work.then(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  async function leaseMore(): Promise<Job<IngestWork | EmbedWork>[]> {
    try {
      const asked = { owner, milliseconds: leaseMilliseconds }
      const bases = ports.embed && !embedding ? await jobs.lease(embedQueue, { ...asked, limit: 1 }) : []
      const documents = await jobs.lease(ingestQueue, { ...asked, limit: width - running.size })
      return [...bases, ...documents] as Job<IngestWork | EmbedWork>[] // the payload is what `add` and `queueEmbedding` wrote
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

  async function work(job: Job<IngestWork | EmbedWork>): Promise<void> {
    held.add(job)
    const renew = () => held.has(job) && void jobs.renew(job, owner, leaseMilliseconds).catch(() => false)
    const renewing = setInterval(renew, leaseMilliseconds / 3)
    if (isEmbedding(job.payload)) embedding = true
    try {
      await (isEmbedding(job.payload) ? embedBase(job.payload, ports, () => stopped) : processDocument(job.payload, ports))
      await jobs.complete(job, owner)
    } catch (thrown) {
      if (!held.has(job)) return // given back: what failed is that its reader was closed
      await giveUp(job, toAppError(thrown)).catch(() => undefined) // the lease runs out and somebody tries again
    } finally {
      clearInterval(renewing)
      held.delete(job)
      if (isEmbedding(job.payload)) embedding = false
    }
  }

  /** What is wrong with the file is final; what is wrong with the server is tried again, later each time. */
  async function giveUp(job: Job<IngestWork | EmbedWork>, error: AppError): Promise<void> {
    const { payload, attempts } = job
    const later = Math.max(ports.clock.now() + waitAfter(attempts), Number(error.details.retryAt) || 0)
    if (isEmbedding(payload)) {
      // a base stays between two models until this is done: it is never given up
      if (ports.embed) await noteProblem(payload, error, ports.embed.states)
      await jobs.retry(job, owner, later)
      return
    }
    const { document: id, project, blob } = payload
    if (!lasting.has(error.code) && attempts < mostAttempts) {
      await jobs.retry(job, owner, later)
      return
    }
    if (error.details.searchable === true) return void (await jobs.complete(job, owner)) // its record says what it lacks
    const document = await ports.documents.get(project, id)
    if (document && document.blob === blob)
      await ports.documents.update(id, {
        status: 'error',
        error: { code: reasonOf(error) ?? error.code, message: error.message },
        updatedAt: ports.clock.now(),
      })
    await jobs.complete(job, owner)
  }

  function isEmbedding(payload: IngestWork | EmbedWork): payload is EmbedWork {
    return 'key' in payload
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
