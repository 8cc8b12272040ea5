import { randomBytes } from 'node:crypto'
import type { Keys } from '../../keys/keys.ts'
import { seal, unseal } from '../../keys/sealing.ts'
import type { Queries } from './database.ts'

interface Row {
  id: number
  wrapped: Buffer
}
/** A row beside its key, which is gone when the person was erased. */
export interface WithKey {
  readonly person: string | null
  readonly month: string | null
  readonly wrapped: Buffer | null
}

const nameOf = (person: string, month: string) => `data-key ${person} ${month}`

/** The key of a person and month; made when there is none. Nothing is cached: a destroyed key is gone with the commit that destroyed it. */
export async function ensureKey(queries: Queries, keys: Keys, person: string, at: number): Promise<{ id: number; key: Buffer }> {
  const month = new Date(at).toISOString().slice(0, 7)
  const find = () => queries.get<Row>('SELECT id, wrapped FROM data_key WHERE person = $1 AND month = $2', [person, month])
  let row = await find()
  while (!row) {
    const wrapped = seal(keys.wrapping, randomBytes(32), nameOf(person, month))
    await queries.run('INSERT INTO data_key(person, month, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [person, month, wrapped])
    row = await find() // whoever was first
  }
  return { id: row.id, key: unseal(keys.wrapping, row.wrapped, nameOf(person, month)) }
}

export const keyOf = (keys: Keys, { person, month, wrapped }: WithKey): Buffer | undefined =>
  person !== null && month !== null && wrapped !== null ? unseal(keys.wrapping, wrapped, nameOf(person, month)) : undefined
