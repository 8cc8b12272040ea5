import { Worker } from 'node:worker_threads'
import { AppError } from '@gatehouse/kernel'
import { errorOf } from './answer.ts'
import type { WorkerAnswer, WorkerQuestion } from './extract-worker.ts'
import { type Reader, stopping, type Waiting } from './reading.ts'

/**
 * One worker thread, started on first use and ended when nothing came for ten seconds. A file that takes too long or too much memory fails, and only that file: the thread is replaced
 * and goes on with the others. Small files are sent together, a large one alone.
 */
export function createThreadReader({ milliseconds, megabytes }: { milliseconds: number; megabytes: number }): Reader {
  const queue: Waiting[] = []
  const running = new Map<number, Waiting>()
  let worker: Worker | undefined
  let timer: NodeJS.Timeout | undefined
  let count = 0
  let closed = false

  const start = (): Worker => {
    const made = new Worker(new URL('./extract-worker.ts', import.meta.url), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 16 },
    })
    made.unref()
    made.on('message', settle)
    made.on('error', () => lost(made))
    made.on('exit', () => lost(made))
    return made
  }
  const settle = (answer: WorkerAnswer) => {
    const waiting = running.get(answer.number)
    if (!waiting) return
    running.delete(answer.number)
    if ('prepared' in answer) waiting.resolve(answer.prepared)
    else waiting.reject(errorOf(answer.error))
    if (running.size === 0) next()
    else arm()
  }
  /** The thread died: alone, the file is to blame; among others, each is tried again by itself. */
  const lost = (dead: Worker, why = 'it needs too much memory; split it') => {
    if (dead !== worker) return
    worker = undefined
    const under = [...running.values()]
    running.clear()
    if (under.length === 1) under[0]!.reject(new AppError('too_large', `the file could not be read: ${why}`))
    else queue.unshift(...under.map((waiting) => ({ ...waiting, alone: true })))
    next()
  }
  const allowed = () => {
    const bytes = [...running.values()].reduce((sum, { work }) => sum + work.bytes.length, 0)
    return timeFor(bytes, milliseconds)
  }
  const arm = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const stuck = worker
      if (!stuck) return
      lost(stuck, 'it takes too long; split it')
      void stuck.terminate()
    }, allowed())
    timer.unref()
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
      worker?.unref()
      if (worker) timer = setTimeout(rest, idleMilliseconds).unref()
      return
    }
    if (!worker) worker = start()
    worker.ref()
    for (let bytes = 0; queue.length && running.size < most.files && bytes < most.bytes; ) {
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
      const ending = worker
      worker = undefined
      for (const waiting of [...running.values(), ...queue.splice(0)]) waiting.reject(stopping())
      running.clear()
      await ending?.terminate()
    },
  }
}
const most = {
  files: 32,
  bytes: 1_000_000,
  /** A thread on a busy machine reads that much in the longest time. */
  bytesInTime: 8_000_000,
}
const idleMilliseconds = 10_000

/** A small file made to be slow must not hold up everybody's for as long as a large one may take. */
export const timeFor = (bytes: number, longest: number): number => Math.min(longest, longest / 6 + (longest * bytes) / most.bytesInTime)
