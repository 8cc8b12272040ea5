import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '@gatehouse/kernel'
import { type Answer, errorOf } from './answer.ts'
import { isolation } from './isolation.ts'
import type { PrepareWork } from './prepare.ts'
import { useOf } from './process-use.ts'
import { type Reader, stopping, type Waiting } from './reading.ts'
import { unreadable } from './refusal.ts'

interface Limits {
  /** From handing over to the answer. */
  readonly milliseconds: number
  /** Of a processor, so that a busy machine is not held against a file. */
  readonly working?: number
  readonly megabytes: number
}

const program = fileURLToPath(new URL('./child.ts', import.meta.url))
const idleMilliseconds = 10_000
const watchMilliseconds = 200

/** One process, started on demand and ended when nothing came for ten seconds. One file at a time: what ends the process fails alone. */
export function createChildReader(limits: Limits): Reader {
  const queue: Waiting[] = []
  let child: ChildProcess | undefined
  let isBusy = false
  let closed = false
  let idle: NodeJS.Timeout | undefined

  const end = () => {
    child?.kill('SIGKILL')
    child = undefined
  }
  const read = async (work: PrepareWork): Promise<Answer> => {
    if (!isAlive(child)) child = await start(limits)
    if (closed) end()
    if (!child) throw stopping()
    try {
      const answer = await ask(child, work, limits)
      // what a large file left behind must not count against the next
      if (((await useOf(child.pid))?.megabytes ?? 0) > limits.megabytes / 2) end()
      return answer
    } catch (thrown) {
      end()
      throw thrown
    }
  }
  const work = async (): Promise<void> => {
    isBusy = true
    clearTimeout(idle)
    for (let next = queue.shift(); next; next = queue.shift()) {
      try {
        const answer = await read(next.work)
        if ('prepared' in answer) next.resolve(answer.prepared)
        else next.reject(errorOf(answer.error))
      } catch (thrown) {
        next.reject(closed ? stopping() : (thrown as Error))
      }
    }
    isBusy = false
    idle = setTimeout(end, idleMilliseconds).unref()
  }
  return {
    prepare(given) {
      if (closed) return Promise.reject(stopping())
      return new Promise((resolve, reject) => {
        queue.push({ work: given, resolve, reject })
        if (!isBusy) void work()
      })
    },
    async close() {
      closed = true
      clearTimeout(idle)
      for (const waiting of queue.splice(0)) waiting.reject(stopping())
      end()
    },
  }
}

const isAlive = (child: ChildProcess | undefined): boolean => child?.exitCode === null && child.signalCode === null && child.connected

async function start({ megabytes }: Limits): Promise<ChildProcess> {
  const { execPath, execArgv } = await isolation(megabytes)
  const made = fork(program, [], {
    ...{ execPath, execArgv: [...execArgv], env: {} },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  made.on('error', () => undefined) // it exits too
  made.unref()
  made.channel?.unref()
  return made
}

/** One file, one answer; at a limit the process is killed. */
async function ask(child: ChildProcess, work: PrepareWork, { milliseconds, working = milliseconds, megabytes }: Limits): Promise<Answer> {
  const before = await useOf(child.pid)
  const began = performance.now()
  let why: AppError | undefined
  const kill = (because: AppError) => {
    why = because
    child.kill('SIGKILL')
  }
  const timer = setTimeout(() => kill(unreadable('slow')), milliseconds)
  const look = async () => {
    const now = await useOf(child.pid)
    if (now && now.megabytes > megabytes) kill(unreadable('memory'))
    const worked = now && before ? now.milliseconds - before.milliseconds : performance.now() - began
    if (worked > working) kill(unreadable('slow'))
  }
  const watch = setInterval(() => void look(), watchMilliseconds)
  let stopListening = () => {}
  child.channel?.ref()
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) =>
        reject(
          why ?? (isOutOfMemory(code, signal) ? unreadable('memory') : new AppError('internal', 'the process that reads files has ended')),
        )
      child.once('message', resolve as (answer: unknown) => void)
      child.once('exit', ended)
      stopListening = () => void child.off('message', resolve).off('exit', ended)
      child.send(work, (failed) => failed && setTimeout(reject, watchMilliseconds, failed)) // its exit tells more
    })
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
    stopListening()
    child.channel?.unref()
  }
}

/** Node aborts when its heap is full; a system short of memory kills. */
const isOutOfMemory = (code: number | null, signal: NodeJS.Signals | null) => signal === 'SIGABRT' || signal === 'SIGKILL' || code === 134
