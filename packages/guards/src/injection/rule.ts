import type { GateName } from '../gates.ts'

/** 3 stops alone, 2 is strong, 1 is a hint: hints and strong ones are recorded, and stop only together. */
export interface Rule {
  /** Behind `injection.`. Rules of one family count once. */
  readonly id: string
  readonly weight: 1 | 2 | 3
  /** In text that is data (retrieved, ingested, from a tool), when it weighs otherwise there: orders have no place in data, quotations have. */
  readonly inData?: 2 | 3
  readonly gate: GateName
  readonly before: number
  readonly after: number
  readonly pattern: RegExp
}

/** For words parted by blanks: a blank in the pattern stands for white space of any kind. */
export const rule = (
  id: string,
  weight: Rule['weight'],
  gate: GateName,
  pattern: string,
  reach: { before?: number; after?: number; inData?: 2 | 3 } = {},
): Rule => ({
  id,
  weight,
  gate,
  before: reach.before ?? 60,
  after: reach.after ?? 200,
  ...(reach.inData && { inData: reach.inData }),
  pattern: new RegExp(pattern.replaceAll(' ?', '\\s{0,8}').replaceAll(' ', '\\s{1,8}'), 'gi'),
})
