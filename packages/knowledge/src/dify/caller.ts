import { createHash } from 'node:crypto'
import type { Asker, KeyVerb } from '@gatehouse/contracts'
import type { Base } from '../bases.ts'
import { DifyRefusal } from './errors.ts'

/** What the server knows of an API key. */
export interface KnownKey {
  readonly project: string
  readonly consumer: string
  readonly kind: 'model' | 'app' | 'dataset'
  /** Names or ids of knowledge bases; `*` for all of the project. Those that its consumer made need no entry. */
  readonly datasets: readonly string[]
  readonly verbs: readonly KeyVerb[]
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

/** What the calls of this API do: a key that only reads may search and list, which needs a body in one case. */
const reading = /^\/v1\/datasets\/[^/]+\/(?:retrieve|hit-testing)$/

/** Throws in the words of the contract when the key may not do it. */
export function checkVerb({ verbs }: KnownKey, method: string, path: string): void {
  const verb: KeyVerb = method === 'GET' || method === 'HEAD' || (method === 'POST' && reading.test(path)) ? 'read' : 'write'
  if (!verbs.includes(verb)) throw new DifyRefusal(403, 'forbidden', `This key may only ${verbs.join(' and ')}; it cannot ${verb}.`)
}
