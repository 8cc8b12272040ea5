import { isRange, type Range } from '../range.ts'

export interface OverviewSearch {
  readonly range?: Range
}
export const parseOverviewSearch = (search: Record<string, unknown>): OverviewSearch =>
  isRange(search.range) ? { range: search.range } : {}
