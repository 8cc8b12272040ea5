import type { Blobs } from '@gatehouse/kernel'
import { expect, test, vi } from 'vitest'
import { watchBlobs } from './blobs-health.ts'

const blobsWith = (check?: () => Promise<void>) => ({ ...(check && { check }) }) as Blobs // nothing else is asked

test('files are not watched', () => {
  expect(watchBlobs(blobsWith(), { now: () => 0 })).toBeUndefined()
})

test('an object store is asked now and then, one look at a time, and nobody waits for it', async () => {
  let now = 0
  const looks: { resolve(): void; reject(reason: Error): void }[] = []
  const isWell = watchBlobs(
    blobsWith(() => new Promise<void>((resolve, reject) => looks.push({ resolve, reject }))),
    { now: () => now },
  )!
  expect([isWell(), looks.length]).toEqual(['ok', 0])
  now = 10_000
  expect([isWell(), isWell(), looks.length]).toEqual(['ok', 'ok', 1])
  now = 30_000
  expect([isWell(), looks.length]).toEqual(['ok', 1])
  looks[0]!.reject(new Error('away'))
  await vi.waitFor(() => expect(isWell()).toBe('failing'))
  expect(looks.length).toBe(2)
  looks[1]!.resolve()
  await vi.waitFor(() => expect(isWell()).toBe('ok'))
})
