import type { AdminEndpoints, QueryOf } from '@gatehouse/contracts'
import { isRange, type Range, startOf } from '../range.ts'

const ends = ['complete', 'cancelled', 'failed', 'blocked'] as const
export type End = (typeof ends)[number]
export { ends }

/** Everything the list is filtered by lives in the address, so that it can be sent and comes back. */
export interface TracesSearch {
  readonly range?: Range
  readonly end?: End
  readonly consumer?: string
  readonly user?: string
  readonly target?: string
  readonly operation?: string
  /** Only those whose retrieval found too little. */
  readonly weak?: boolean
  /** `false`: calls made by other calls as well. */
  readonly roots?: boolean
  /** The call shown beside the list. */
  readonly peek?: string
}

const texts = ['consumer', 'user', 'target', 'operation', 'peek'] as const

export function parseTracesSearch(search: Record<string, unknown>): TracesSearch {
  const end = ends.find((each) => each === search.end)
  const given = texts.flatMap((name) => (search[name] === undefined || search[name] === '' ? [] : [[name, String(search[name])]]))
  return {
    ...(isRange(search.range) ? { range: search.range } : {}),
    ...(end ? { end } : {}),
    ...Object.fromEntries(given),
    ...(search.weak === true ? { weak: true } : {}),
    ...(search.roots === false ? { roots: false } : {}),
  }
}

/** The same for the API. */
export function queryOf(
  { range, end, consumer, user, target, operation, roots }: TracesSearch,
  now: number,
): QueryOf<AdminEndpoints['listCalls']> {
  return {
    ...(range ? { from: startOf(range, now) } : {}),
    ...(end ? { end } : {}),
    ...(consumer ? { consumer } : {}),
    ...(user ? { user } : {}),
    ...(target ? { target } : {}),
    ...(operation ? { operation } : {}),
    ...(roots === false ? { roots: 'false' as const } : {}),
  }
}
