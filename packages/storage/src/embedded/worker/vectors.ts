import type { Reading } from './context.ts'

export interface VectorLeg {
  /** Row numbers. */
  readonly datasets: readonly number[]
  readonly principals: readonly string[]
  readonly vector: Float32Array
  readonly most: number
}

/** Exact cosine distances over what the asker may read, nearest first. Vectors of another length are of another model: left out. */
export function vectorsLeg({ database }: Reading, { datasets, principals, vector, most }: VectorLeg): Map<number, number> {
  database.loadVectors()
  const rows = database.all<{ id: number; distance: number }>(
    `SELECT x.id, vec_distance_cosine(x.vector, ?3) AS distance FROM segment g JOIN segment_vector x ON x.id = g.id
      WHERE g.document IN (SELECT document FROM document_acl WHERE dataset IN (SELECT value FROM json_each(?1)) AND readable = 1
                              AND principal IN (SELECT value FROM json_each(?2)))
        AND g.quarantined = 0 AND length(x.vector) = length(?3)
      ORDER BY distance LIMIT ?4`,
    ...[JSON.stringify(datasets), JSON.stringify(principals), toBytes(vector), Math.min(most, 1000)],
  )
  return new Map(rows.map(({ id, distance }) => [id, distance]))
}

/** Float32, little endian as every machine we run on. */
export const toBytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)
