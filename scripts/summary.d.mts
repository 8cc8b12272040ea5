export interface Totals {
  passed: number
  failed: number
  skipped: number
}
export const emptyTotals: Totals
export function totalsOf(report: object): Totals
export function summaryOf(folder: string): Totals
