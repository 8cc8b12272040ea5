import type { Ranked } from './fusion.ts'

/** From here on the best vector stands out, and here it stands alone: deviations above the others. */
const least = 3
const most = 5.5
const fewest = 4

/**
 * 0–1: how far the vector of the best passages stands out from all others found. Measured against the question's own field, because what a distance
 * means differs from model to model.
 */
export function nearnessOf(ranked: readonly Ranked[], taken: readonly Ranked[]): number {
  const found = ranked.flatMap(({ candidate: { distance } }) => (distance === undefined ? [] : [1 - distance]))
  if (found.length < fewest) return 0
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length
  const deviation = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / found.length)
  if (deviation < 1e-6) return 0
  const best = Math.max(...taken.slice(0, 3).map(({ candidate: { distance } }) => (distance === undefined ? -1 : 1 - distance)))
  // among few even the best cannot stand out further
  const reachable = Math.min(1, (found.length - 1) / Math.sqrt(found.length) / most)
  return Math.min(1, Math.max(0, ((best - mean) / deviation / reachable - least) / (most - least)))
}
