import { Worker } from 'node:worker_threads'
import { errorOf } from './answer.ts'
import type { WorkerAnswer, WorkerQuestion, WorkerReady } from './extract-worker.ts'
import { type Reader, stopping, type Waiting } from './reading.ts'
import { unreadable } from './refusal.ts'

interface ThreadLimits {
  /** Without an answer, for what is being read, of so many bytes. */
  readonly milliseconds: (bytes: number) => number
  /** Milliseconds of a processor without an answer, so that a busy machine is not held against a file. */
  readonly working?: number
  readonly megabytes: number
  /** At most so many are sent together. */
  readonly files: number
}

/**
 * One worker thread, started on first use and ended when nothing came for ten seconds. A file that takes too long or too much memory fails, and only that file: the thread is replaced
 * and goes on with the others. Small files are sent together, a large one alone.
 */
export function createThreadReader({ milliseconds, working, megabytes, files }: ThreadLimits): Reader {
  const queue: Waiting[] = []
  const running = new Map<number, Waiting>()
  let worker: Worker | undefined
  let timer: NodeJS.Timeout | undefined
  let watching: NodeJS.Timeout | undefined
  /** Loading the parsers is no work on a file. */
  let isReady = false
  /** What the thread had worked when the file it reads began, as it was seen first. */
  let before: number | undefined
  let count = 0
  let closed = false

  const start = (): Worker => {
    const made = new Worker(new URL('./extract-worker.ts', import.meta.url), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 16 },
    })
    made.unref()
    isReady = false
    made.on('message', (said: WorkerAnswer | WorkerReady) => {
      if (said === 'ready') isReady = made === worker
      else settle(said)
    })
    made.on('error', () => lost(made))
    made.on('exit', () => lost(made))
    return made
  }
  const settle = (answer: WorkerAnswer) => {
    const waiting = running.get(answer.number)
    if (!waiting) return
    running.delete(answer.number)
    before = undefined
    if ('prepared' in answer) waiting.resolve(answer.prepared)
    else waiting.reject(errorOf(answer.error))
    if (running.size === 0) next()
    else arm()
  }
  /** The thread died: alone, the file is to blame; among others, each is tried again by itself. Of those that took too long it is the first: they are read in order. */
  const lost = (dead: Worker, why: 'memory' | 'slow' = 'memory') => {
    if (dead !== worker) return
    worker = undefined
    const under = [...running.values()]
    running.clear()
    if (why === 'slow' || under.length === 1) under.shift()?.reject(unreadable(why))
    if (why === 'slow') queue.unshift(...under)
    else queue.unshift(...under.map((waiting) => ({ ...waiting, alone: true })))
    next()
  }
  const allowed = () => {
    const bytes = [...running.values()].reduce((sum, { work }) => sum + work.bytes.length, 0)
    return milliseconds(bytes)
  }
  const arm = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const stuck = worker
      if (!stuck) return
      stop(stuck)
    }, allowed())
    timer.unref()
  }
  const stop = (stuck: Worker) => {
    lost(stuck, 'slow')
    void stuck.terminate()
  }
  const look = async () => {
    const looked = worker
    if (!looked || !isReady || running.size === 0) return
    const { user, system } = await looked.cpuUsage()
    if (looked !== worker) return
    const now = (user + system) / 1000
    before ??= now
    if (now - before > (working ?? Number.POSITIVE_INFINITY)) stop(looked)
  }
  const watch = (isOn: boolean) => {
    clearInterval(watching)
    // a thread that has just ended tells nothing
    watching = isOn && working !== undefined ? setInterval(() => void look().catch(() => {}), watchMilliseconds).unref() : undefined
  }
  /** Its parsers take some sixty megabytes, and most of the time nobody uploads anything. */
  const rest = () => {
    const idle = worker
    worker = undefined
    void idle?.terminate()
  }
  const next = () => {
    clearTimeout(timer)
    if (!queue.length || closed) {
      watch(false)
      worker?.unref()
      if (worker) timer = setTimeout(rest, idleMilliseconds).unref()
      return
    }
    if (!worker) worker = start()
    worker.ref()
    before = undefined
    watch(true)
    for (let bytes = 0; queue.length && running.size < files && bytes < most.bytes; ) {
      const waiting = queue[0] as Waiting & { alone?: boolean }
      if (waiting.alone && running.size) break
      queue.shift()
      bytes += waiting.work.bytes.length
      running.set(++count, waiting)
      worker.postMessage({ number: count, work: waiting.work } satisfies WorkerQuestion)
      if (waiting.alone) break
    }
    arm()
  }
  return {
    prepare(work) {
      if (closed) return Promise.reject(stopping())
      return new Promise((resolve, reject) => {
        queue.push({ work, resolve, reject })
        if (running.size === 0) next()
      })
    },
    async close() {
      closed = true
      clearTimeout(timer)
      watch(false)
      const ending = worker
      worker = undefined
      for (const waiting of [...running.values(), ...queue.splice(0)]) waiting.reject(stopping())
      running.clear()
      await ending?.terminate()
    },
  }
}
const most = {
  bytes: 1_000_000,
  /** A thread on a busy machine reads that much in the longest time. */
  bytesInTime: 8_000_000,
}
const idleMilliseconds = 10_000
const watchMilliseconds = 200

/** A small file made to be slow must not hold up everybody's for as long as a large one may take. */
export const timeFor = (bytes: number, longest: number): number => Math.min(longest, longest / 6 + (longest * bytes) / most.bytesInTime)
