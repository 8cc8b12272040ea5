import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** Vectors by the hash of their text, as a file: eight bits a number, because only directions are compared. */
interface File {
  readonly about: string
  readonly dimensions: number
  readonly vectors: Readonly<Record<string, string>>
}

export const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

export function pack(about: string, vectors: ReadonlyMap<string, Float32Array>): string {
  const packed = [...vectors].map(([key, vector]) => {
    const most = Math.max(...vector.map(Math.abs)) || 1
    return [key, Buffer.from(Int8Array.from(vector, (value) => Math.round((value / most) * 127)).buffer).toString('base64')] as const
  })
  packed.sort(([a], [b]) => (a < b ? -1 : 1))
  const dimensions = vectors.values().next().value?.length ?? 0
  return `${JSON.stringify({ about, dimensions, vectors: Object.fromEntries(packed) } satisfies File, null, 1)}\n`
}

/** Looks vectors up by their text. */
export async function loadPrecomputed(file: string): Promise<(text: string) => Float32Array | undefined> {
  const { vectors } = JSON.parse(await readFile(file, 'utf8')) as File
  return (text) => {
    const packed = vectors[keyOf(text)]
    return packed === undefined ? undefined : Float32Array.from(new Int8Array(Buffer.from(packed, 'base64')))
  }
}
