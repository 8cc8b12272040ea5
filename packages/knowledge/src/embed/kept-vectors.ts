import type { Blobs } from '@gatehouse/kernel'

const vectorsKey = (document: string) => `documents/${document}/vectors`

/**
 * The vectors of a document's texts by SHA-256 of the text, as one model gave them: a text that did not change is not paid for twice.
 * Beside the index, so that another index can be filled from them; half precision is enough to search by.
 */
export async function readKept(blobs: Blobs, document: string, model: string): Promise<Map<string, Float32Array>> {
  const kept = new Map<string, Float32Array>()
  const bytes = await blobs.get(vectorsKey(document))
  const head = bytes && headOf(bytes)
  if (!head || head.model !== model) return kept
  const { dimensions, hashes, from } = head
  if (bytes.length !== from + hashes.length * dimensions * 2) return kept // cut off: they are bought again
  const all = new Float16Array(new Uint8Array(bytes.subarray(from)).buffer)
  for (const [at, hash] of hashes.entries()) kept.set(hash, Float32Array.from(all.subarray(at * dimensions, (at + 1) * dimensions)))
  return kept
}

export async function writeKept(blobs: Blobs, document: string, model: string, vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
  const dimensions = vectors.values().next().value?.length ?? 0
  const head = new TextEncoder().encode(`${JSON.stringify({ model, dimensions, hashes: [...vectors.keys()] })}\n`)
  const bytes = new Uint8Array(head.length + vectors.size * dimensions * 2)
  bytes.set(head)
  let at = head.length
  for (const vector of vectors.values()) {
    bytes.set(new Uint8Array(Float16Array.from(vector).buffer), at)
    at += dimensions * 2
  }
  await blobs.put(vectorsKey(document), bytes)
}

interface Head {
  readonly model: string
  readonly dimensions: number
  readonly hashes: readonly string[]
}
function headOf(bytes: Uint8Array): (Head & { from: number }) | undefined {
  const end = bytes.indexOf(10)
  try {
    // what `writeKept` wrote; anything else ends as broken or of another model
    return { ...(JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Head), from: end + 1 }
  } catch {
    return undefined
  }
}

/** Of length one, so that any model's fit half precision; only directions are compared. Undefined for one without a direction. */
export function normalised(vector: Float32Array): Float32Array | undefined {
  const length = Math.hypot(...vector)
  if (!(length > 0 && Number.isFinite(length))) return undefined
  return Float32Array.from(Float16Array.from(vector, (value) => value / length))
}
