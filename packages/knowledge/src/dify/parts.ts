import type { Clock, Store } from '@gatehouse/kernel'
import type { Hono } from 'hono'
import type { Base, Bases } from '../bases.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { KnowledgeDatasets } from '../retrieve/retrieve.ts'
import { type KeySnapshot, type KnownKey, mayUse } from './caller.ts'
import { notFound } from './errors.ts'

export interface DifyKnowledgeParts {
  /** Keys in force now. */
  readonly snapshot: () => KeySnapshot
  readonly store: Pick<Store, 'resources' | 'documents' | 'search' | 'audit'>
  readonly bases: Bases
  readonly ingest: Ingest
  readonly datasets: KnowledgeDatasets
  readonly clock: Clock
  readonly newId: () => string
}
export interface DifyEnvironment {
  Variables: { key: KnownKey }
}
export type DifyApp = Hono<DifyEnvironment>

/** The base of a path, when this key may use it. */
export async function baseFor(key: KnownKey, bases: Bases, id: string): Promise<Base> {
  const base = await bases.get(id)
  if (!base || !mayUse(key, base)) throw notFound('Dataset')
  return base
}
