import { readdir } from 'node:fs/promises'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Family, Value } from './tables.ts'

/** Milliseconds between two looks at the event loop; what lies below it is no lag. */
const looks = 20
const nanoseconds = 1e9
const single = (name: string, help: string, read: () => number | Promise<number>, type: Family['type'] = 'gauge'): Family => ({
  name,
  help,
  type,
  labels: {},
  values: async () => {
    const value = await read()
    return Number.isFinite(value) ? [{ labels: {}, value }] : []
  },
})

/** The process itself, under the names Prometheus' other clients use. The event loop is watched from the first scrape on. */
export function processFamilies(): Family[] {
  const cpu = (which: 'user' | 'system') => () => process.cpuUsage()[which] / 1e6
  const memory = (which: 'rss' | 'heapTotal' | 'heapUsed' | 'external') => () => process.memoryUsage()[which]
  return [
    single('process_cpu_user_seconds_total', 'CPU time in user mode, of all threads.', cpu('user'), 'counter'),
    single('process_cpu_system_seconds_total', 'CPU time in the kernel, of all threads.', cpu('system'), 'counter'),
    single('process_start_time_seconds', 'When the process began, Unix time.', () => performance.timeOrigin / 1000),
    single('process_resident_memory_bytes', 'Memory in RAM, of all threads.', memory('rss')),
    single('process_open_fds', 'Open files and sockets; on Linux only.', openFiles),
    single('nodejs_heap_size_total_bytes', 'Heap of the main thread.', memory('heapTotal')),
    single('nodejs_heap_size_used_bytes', 'What of it is used.', memory('heapUsed')),
    single('nodejs_external_memory_bytes', 'Buffers and other memory outside the heap.', memory('external')),
    lagFamily(),
    single(
      'nodejs_eventloop_utilization_seconds_total',
      'Time the event loop was busy.',
      () => performance.eventLoopUtilization().active / 1000,
      'counter',
    ),
  ]
}

const openFiles = () =>
  readdir('/proc/self/fd').then(
    (names) => names.length,
    () => Number.NaN,
  )

function lagFamily(): Family {
  let delay: ReturnType<typeof monitorEventLoopDelay> | undefined
  const quantiles = ['0.5', '0.99', '1']
  const values = (): Value[] => {
    if (!delay) {
      delay = monitorEventLoopDelay({ resolution: looks })
      delay.enable()
      return []
    }
    if (delay.count === 0) return []
    const read = quantiles.map((quantile) => ({
      labels: { quantile },
      value: Math.max(0, delay!.percentile(Number(quantile) * 100) / nanoseconds - looks / 1000),
    }))
    delay.reset()
    return read
  }
  return {
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How late the event loop was since the last scrape.',
    type: 'gauge',
    labels: { quantile: quantiles },
    values,
  }
}
