import type { Blobs } from '@gatehouse/kernel'
import { expect, test } from 'vitest'
import { normalised, readKept, writeKept } from './kept-vectors.ts'

function memory(): Blobs & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    put: async (key, bytes) => void kept.set(key, bytes),
    get: async (key) => kept.get(key),
    remove: async (key) => void kept.delete(key),
    removeAll: async () => {},
    list: async function* () {},
  }
}
const vector = normalised(Float32Array.of(3, 4, 0))!

test('vectors come back as they were kept, for the model they are of', async () => {
  const blobs = memory()
  await writeKept(blobs, 'd', 'small@', new Map([['hash', vector]]))
  expect(await readKept(blobs, 'd', 'small@')).toEqual(new Map([['hash', vector]]))
  expect(await readKept(blobs, 'd', 'large@')).toEqual(new Map())
  expect(await readKept(blobs, 'other', 'small@')).toEqual(new Map())
})

test('a file that is cut off or broken holds nothing', async () => {
  const blobs = memory()
  await writeKept(blobs, 'd', 'small@', new Map([['hash', vector]]))
  const [[key, bytes]] = [...blobs.kept] as [[string, Uint8Array]]
  for (const broken of [bytes.subarray(0, -1), bytes.subarray(0, 10), new Uint8Array(), new TextEncoder().encode('{}\nxx')]) {
    blobs.kept.set(key, broken)
    expect(await readKept(blobs, 'd', 'small@')).toEqual(new Map())
  }
})

test('a vector has length one and half precision; one without a direction is none', () => {
  expect(Math.hypot(...vector)).toBeCloseTo(1, 3)
  expect(normalised(Float32Array.from(vector))).toEqual(vector)
  for (const wrong of [Float32Array.of(0, 0), Float32Array.of(Number.NaN, 1), Float32Array.of(Number.POSITIVE_INFINITY, 1)])
    expect(normalised(wrong)).toBeUndefined()
})
