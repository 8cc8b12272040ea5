import type { Job, Jobs } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import type { ProcessPorts } from './process.ts'
import { startWorker } from './worker.ts'

/** One queue in memory that tells what became of its jobs. */
function queue(...ids: readonly string[]) {
  const free = ids.map((id): Job => ({ id, queue: 'ingest', payload: { project: 'p', document: id, blob: 'b' }, attempts: 1 }))
  const told: string[] = []
  const jobs = {
    lease: async (name: string, { limit }: { limit: number }) => (name === 'ingest' ? free.splice(0, limit) : []),
    renew: async () => true,
    complete: async ({ id }: Job) => void told.push(`complete ${id}`),
    retry: async ({ id }: Job) => void told.push(`back ${id}`),
    count: async () => free.length,
  } as unknown as Jobs // the worker uses no more of it
  return { jobs, told }
}

/** Documents that are being read until somebody ends it. */
function reading() {
  const ends: (() => void)[] = []
  const updates: unknown[] = []
  const documents = {
    get: () => new Promise((_, reject) => ends.push(() => reject(Object.assign(new Error('the reader was closed'))))),
    update: async (...change: unknown[]) => void updates.push(change),
  }
  const ports = { documents, clock: { now: () => 0 } } as unknown as ProcessPorts // nothing comes further than reading
  return { ports, ends, updates }
}

test('a worker that is told to stop gives back what does not end in time, and says nothing bad about it', async () => {
  const { jobs, told } = queue('a', 'b')
  const { ports, ends, updates } = reading()
  const worker = startWorker({ ...ports, jobs }, { owner: 'me', patienceMilliseconds: 20 })
  await expect.poll(() => ends.length).toBe(2)
  await worker.stop()
  expect(told.sort()).toEqual(['back a', 'back b'])
  for (const end of ends) end() // as closing the reader does
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([told.length, updates]).toEqual([2, []])
})

test('what ends in time is not given back', async () => {
  const { jobs, told } = queue('a')
  const { ports } = reading()
  const documents = { ...ports.documents, get: async () => undefined }
  const worker = startWorker({ ...ports, documents, jobs }, { owner: 'me' })
  await expect.poll(() => told).toEqual(['complete a'])
  await worker.stop()
  expect(told).toEqual(['complete a'])
})
