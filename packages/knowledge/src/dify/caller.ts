import { createHash } from 'node:crypto'
import type { Asker } from '@gatehouse/contracts'
import type { Base } from '../bases.ts'
import { DifyRefusal } from './errors.ts'

/** What the server knows of an API key. */
export interface KnownKey {
  readonly project: string
  readonly consumer: string
  readonly kind: 'model' | 'app' | 'dataset'
  /** Names or ids of knowledge bases; `*` for all of the project. Those that its consumer made need no entry. */
  readonly datasets: readonly string[]
  readonly expiresAt?: number
  readonly asker: Asker
}
/** Known keys by the SHA-256 of the key, hexadecimal. */
export interface KeySnapshot {
  readonly keys: ReadonlyMap<string, KnownKey>
}

/** Who calls; throws in the words of the contract. */
export function identify(header: string | undefined, { keys }: KeySnapshot, now: number): KnownKey {
  const [scheme, token, ...rest] = (header ?? '').trim().split(/\s+/)
  if (!token || rest.length || scheme?.toLowerCase() !== 'bearer')
    throw new DifyRefusal(401, 'unauthorized', "Authorization header must be provided and start with 'Bearer'")
  const key = token.length > 512 ? undefined : keys.get(createHash('sha256').update(token).digest('hex'))
  if (key?.kind !== 'dataset' || (key.expiresAt !== undefined && key.expiresAt <= now))
    throw new DifyRefusal(401, 'unauthorized', 'Access token is invalid')
  return key
}

/** Which consumer made a base through this API. */
export const madeBy = ({ spec }: Base): unknown => spec.dify.consumer

export function mayUse({ project, consumer, datasets }: KnownKey, base: Base): boolean {
  if (base.project !== project) return false
  return madeBy(base) === consumer || datasets.includes('*') || datasets.includes(base.id) || datasets.includes(base.name)
}
