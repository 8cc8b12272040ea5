import type { Clock } from '@gatehouse/kernel'

/**
 * Counts attempts per key over a sliding pair of windows. Bounded: at most `keys` entries of at most 300 characters each; when full, the
 * one that was touched longest ago goes.
 */
export class Throttle {
  readonly #clock: Clock
  readonly #window: number
  readonly #keys: number
  readonly #counts = new Map<string, { start: number; count: number }>()

  constructor(clock: Clock, options: { window?: number; keys?: number } = {}) {
    this.#clock = clock
    this.#window = options.window ?? 15 * 60_000
    this.#keys = options.keys ?? 10_000
  }

  /** Counts one attempt against all keys, or, when one has none left, counts nothing and says how long to wait (milliseconds). */
  take(limits: readonly (readonly [key: string, most: number])[]): number {
    const now = this.#clock.now()
    let wait = 0
    for (const [key, most] of limits) {
      const entry = this.#current(key, now)
      if (entry && entry.count >= most) wait = Math.max(wait, entry.start + this.#window - now)
    }
    if (wait > 0) return wait
    for (const [key] of limits) this.#count(key, now)
    return 0
  }

  /** After a success: the attempts of this key are forgotten. */
  clear(key: string): void {
    this.#counts.delete(key.slice(0, 300))
  }

  get size(): number {
    return this.#counts.size
  }

  #current(key: string, now: number) {
    const entry = this.#counts.get(key.slice(0, 300))
    // one that begins later was counted before the clock was set back
    return entry && entry.start <= now && entry.start + this.#window > now ? entry : undefined
  }

  #count(long: string, now: number): void {
    const key = long.slice(0, 300)
    const entry = this.#current(key, now) ?? { start: now, count: 0 }
    entry.count++
    this.#counts.delete(key) // to the end of the order: touched last
    this.#counts.set(key, entry)
    if (this.#counts.size > this.#keys) this.#counts.delete(this.#counts.keys().next().value!)
  }
}
