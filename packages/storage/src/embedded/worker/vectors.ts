import type { Reading } from './context.ts'
import type { Database } from './database.ts'

export interface VectorLeg {
  /** Row numbers. */
  readonly datasets: readonly number[]
  readonly principals: readonly string[]
  readonly vector: Float32Array
  readonly most: number
}

/** With so many readable segments or fewer every vector is compared; above, the signs of their numbers choose who is. */
export const exactUpTo = 10_000
/** How many the signs choose. Costs little, and forgives models whose signs tell less. */
const chosenBySigns = 400

/** Cosine distances over what the asker may read, nearest first. Vectors of another length are of another model: left out. */
export function vectorsLeg(context: Reading, leg: VectorLeg, exact = exactUpTo): Map<number, number> {
  const { database } = context
  const { datasets, principals, vector, most } = leg
  database.loadVectors()
  const asked = [JSON.stringify(datasets), JSON.stringify(principals)]
  const limit = Math.min(most, 1000)
  const rows =
    readableSegments(database, asked) <= exact
      ? database.all<Found>(exactStatement, ...asked, toBytes(vector), limit)
      : database.all<Found>(signsStatement, ...asked, toBytes(vector), limit, signsOf(vector), Math.max(chosenBySigns, limit))
  return new Map(rows.map(({ id, distance }) => [id, distance]))
}

interface Found {
  id: number
  distance: number
}

const docs = `(SELECT document FROM document_acl WHERE dataset IN (SELECT value FROM json_each(?1)) AND readable = 1
                  AND principal IN (SELECT value FROM json_each(?2)))`

const readableSegments = (database: Database, asked: readonly string[]): number =>
  database.get<{ segments: number }>(`SELECT coalesce(sum(segments), 0) AS segments FROM document WHERE id IN ${docs}`, ...asked)
    ?.segments ?? 0

/** Both exported for the test of their query plans. */
export const exactStatement = `
SELECT x.id, vec_distance_cosine(x.vector, ?3) AS distance FROM segment g JOIN segment_vector x ON x.id = g.id
 WHERE g.document IN ${docs} AND g.quarantined = 0 AND length(x.vector) = length(?3)
 ORDER BY distance LIMIT ?4`

/** The signs lie document by document, so that the filter reads nothing else. */
export const signsStatement = `
WITH c AS MATERIALIZED (
       SELECT b.segment AS id FROM segment_signs b
        WHERE b.document IN ${docs} AND length(b.signs) = length(?5)
        ORDER BY vec_distance_hamming(vec_bit(b.signs), vec_bit(?5)) LIMIT ?6)
SELECT x.id, vec_distance_cosine(x.vector, ?3) AS distance FROM c JOIN segment_vector x ON x.id = c.id
 WHERE length(x.vector) = length(?3)
 ORDER BY distance LIMIT ?4`

interface StoredSegment {
  readonly id: number
  readonly document: number
  readonly quarantined: boolean
}

export function insertVector(database: Database, segment: StoredSegment, vector: Float32Array): void {
  database.run('INSERT INTO segment_vector(id, vector) VALUES (?, ?)', segment.id, toBytes(vector))
  if (!segment.quarantined) insertSigns(database, segment, vector)
}

/** What is put aside has no signs: the rows are only those that may be found. */
export function quarantineVector(database: Database, segment: StoredSegment): void {
  database.run('DELETE FROM segment_signs WHERE document = ? AND segment = ?', segment.document, segment.id)
  if (segment.quarantined) return
  const row = database.get<{ vector: Uint8Array }>('SELECT vector FROM segment_vector WHERE id = ?', segment.id)
  if (row) insertSigns(database, segment, new Float32Array(new Uint8Array(row.vector).buffer))
}

export function removeVectors(database: Database, document: number): void {
  database.run('DELETE FROM segment_signs WHERE document = ?', document)
  database.run('DELETE FROM segment_vector WHERE id IN (SELECT id FROM segment WHERE document = ?)', document)
}

const insertSigns = (database: Database, { id, document }: StoredSegment, vector: Float32Array) =>
  database.run('INSERT INTO segment_signs(document, segment, signs) VALUES (?, ?, ?)', document, id, signsOf(vector))

/** One bit a number: whether it is above zero. */
function signsOf(vector: Float32Array): Uint8Array {
  const signs = new Uint8Array(Math.ceil(vector.length / 8))
  for (const [at, value] of vector.entries()) if (value > 0) signs[at >> 3]! |= 1 << (at & 7)
  return signs
}

/** Float32, little endian as every machine we run on. */
const toBytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)
