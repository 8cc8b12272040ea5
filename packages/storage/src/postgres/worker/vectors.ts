import type { Database, Queries } from './database.ts'

/** pgvector's limits: of a half-precision vector, and of one with an index. */
const mostDimensions = 16_000
const mostIndexed = 4000
/** With fewer readable rows than this a plain scan is faster than the index, and exact. */
const exactUpTo = 5000
/** How far the index is followed for rows that pass the filter. */
const mostScanned = 20_000

const tableOf = (dimension: number) => `segment_vector_${dimension}`

/** One per dimension: an index knows only vectors of its own. */
async function vectorTables(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ dimension: number }>('SELECT dimension FROM vector_table ORDER BY dimension')
  return rows.map(({ dimension }) => tableOf(dimension))
}

// nobody's while it is in quarantine
const aclOfSegment = 'CASE WHEN g.quarantined THEN NULL ELSE d.acl END'

/** Labels of a document's vectors, or of one segment's. */
export async function labelVectors(queries: Queries, document: number, segment: number | null = null): Promise<void> {
  for (const table of await vectorTables(queries))
    await queries.run(
      `UPDATE ${table} v SET acl = ${aclOfSegment} FROM segment g JOIN document d ON d.id = g.document
        WHERE d.id = $1 AND ($2::bigint IS NULL OR g.id = $2) AND v.id = g.id`,
      [document, segment],
    )
}

/** Of length one, so that half precision holds any model's; undefined where no direction is left. */
function normalised(vector: Float32Array): string | undefined {
  const length = Math.hypot(...vector)
  if (!(length > 0 && Number.isFinite(length)) || vector.length > mostDimensions) return undefined
  return `[${Array.from(vector, (value) => value / length).join(',')}]`
}

/** Before the transaction that fills it. Room is left in its pages, so that a change of labels need not touch the index. */
export async function ensureVectorTable(database: Database, dimension: number): Promise<void> {
  const known = await database.get('SELECT 1 FROM vector_table WHERE dimension = $1', [dimension])
  if (known) return
  const table = tableOf(dimension)
  await database.transaction(async (queries) => {
    await queries.run('LOCK TABLE vector_table IN SHARE ROW EXCLUSIVE MODE')
    await queries.run(
      `CREATE TABLE IF NOT EXISTS ${table}(id bigint PRIMARY KEY REFERENCES segment ON DELETE CASCADE, dataset bigint NOT NULL, acl text[],
         vector halfvec(${dimension}) NOT NULL) WITH (fillfactor = 70)`,
    )
    await queries.run(`CREATE INDEX IF NOT EXISTS ${table}_by_dataset ON ${table}(dataset)`)
    // how few somebody may read is counted in every search
    await queries.run(`CREATE INDEX IF NOT EXISTS ${table}_by_acl ON ${table} USING gin(acl)`)
    if (dimension <= mostIndexed)
      await queries.run(
        `CREATE INDEX IF NOT EXISTS ${table}_near ON ${table} USING hnsw (vector halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)`,
      )
    await queries.run('INSERT INTO vector_table(dimension) VALUES ($1) ON CONFLICT DO NOTHING', [dimension])
  })
}

interface StoredVector {
  readonly id: number
  readonly vector: Float32Array
}

export async function insertVectors(queries: Queries, dataset: number, vectors: readonly StoredVector[]): Promise<void> {
  for (const [dimension, group] of Map.groupBy(vectors, ({ vector }) => vector.length)) {
    const rows = group.flatMap(({ id, vector }) => {
      const text = normalised(vector)
      return text === undefined ? [] : [{ id, text }]
    })
    await queries.run(
      `INSERT INTO ${tableOf(dimension)}(id, dataset, acl, vector)
       SELECT v.id, $1, ${aclOfSegment}, v.vector::halfvec FROM unnest($2::bigint[], $3::text[]) v(id, vector)
         JOIN segment g ON g.id = v.id JOIN document d ON d.id = g.document`,
      [dataset, rows.map(({ id }) => id), rows.map(({ text }) => text)],
    )
  }
}

interface VectorLeg {
  /** Row numbers. */
  readonly datasets: readonly number[]
  readonly principals: readonly string[]
  readonly vector: Float32Array
  readonly most: number
  /** For tests. */
  readonly mostScanned?: number
}

/** Cosine distances over what the asker may read, nearest first. Vectors of another length are of another model: left out. */
export async function vectorsLeg(database: Database, leg: VectorLeg): Promise<Map<number, number>> {
  const text = normalised(leg.vector)
  const table = tableOf(leg.vector.length)
  if (text === undefined || !(await vectorTables(database)).includes(table)) return new Map()
  const readable = `FROM ${table} WHERE dataset = ANY($1) AND acl && $2::text[]`
  const count = `SELECT count(*) AS rows FROM (SELECT 1 ${readable} LIMIT ${exactUpTo + 1}) r`
  const few = await database.get<{ rows: number }>(count, [leg.datasets, leg.principals])
  const scan = { readable, values: [leg.datasets, leg.principals, text, leg.most] }
  const rows = leg.vector.length > mostIndexed || (few?.rows ?? 0) <= exactUpTo ? [] : await byIndex(database, scan, leg.mostScanned)
  // few, or all of them far from where the index looks
  const found = rows.length < Math.min(leg.most, few?.rows ?? 0) ? await exactly(database, scan) : rows
  return new Map(found.sort((a, b) => a.distance - b.distance).map(({ id, distance }) => [id, distance]))
}

interface Scan {
  readonly readable: string
  readonly values: readonly unknown[]
}
interface Near {
  id: number
  distance: number
}

/** The addition keeps the planner from the index. */
const exactly = (queries: Queries, { readable, values }: Scan): Promise<Near[]> =>
  queries.all<Near>(`SELECT id, vector <=> $3::halfvec AS distance ${readable} ORDER BY (vector <=> $3::halfvec) + 0 LIMIT $4`, values)

/** The settings are the transaction's: go on in the index until enough rows pass the filter. */
const byIndex = (database: Database, { readable, values }: Scan, scanned = mostScanned): Promise<Near[]> =>
  database.transaction(async (queries) => {
    await queries.run(
      `SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '80', true),
              set_config('hnsw.max_scan_tuples', $1, true)`,
      [String(scanned)],
    )
    return queries.all<Near>(`SELECT id, vector <=> $3::halfvec AS distance ${readable} ORDER BY vector <=> $3::halfvec LIMIT $4`, values)
  })
