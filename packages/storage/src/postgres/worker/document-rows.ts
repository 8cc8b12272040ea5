import type { Queries } from './database.ts'

export interface StoredDocument {
  id: number
  public_id: string
  project: string
  dataset: number
  indexed_version: number
  identity: string | null
  segments: number
  principals: string[]
  readable: boolean
  record: string
}

/** Taken for a change: others who change it wait until the transaction ends. */
export const lockDocument = (queries: Queries, id: string): Promise<StoredDocument | undefined> =>
  queries.get<StoredDocument>(
    'SELECT id, public_id, project, dataset, indexed_version, identity, segments, principals, readable, record FROM document WHERE public_id = $1 FOR UPDATE',
    [id],
  )

/**
 * The same for a change of what is indexed. Its dataset first: index changes of one dataset take turns, since all of them count in the same
 * statistics, and everybody locks in this order.
 */
export async function lockIndexed(queries: Queries, id: string): Promise<StoredDocument | undefined> {
  await queries.run('SELECT 1 FROM dataset WHERE id = (SELECT dataset FROM document WHERE public_id = $1) FOR NO KEY UPDATE', [id])
  return lockDocument(queries, id)
}
