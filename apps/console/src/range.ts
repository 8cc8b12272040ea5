/** Ranges of time one can choose; in the address by name. */
const ranges = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const
export type Range = keyof typeof ranges
export const rangeNames = Object.keys(ranges) as Range[]

export const isRange = (value: unknown): value is Range => typeof value === 'string' && value in ranges

/** Rounded down to the minute, so that a page drawn twice asks once. */
export const startOf = (range: Range, now: number): number => Math.floor((now - ranges[range]) / 60_000) * 60_000

/** Steps of a chart: about thirty. */
export const stepOf: Record<Range, number> = { hour: 120_000, day: 3_600_000, week: 21_600_000, month: 86_400_000 }
