import { type Amounts, AppError, type Clock, type Counters, type Limit, type Reserved, type Unit } from '@gatehouse/kernel'

const mostHolds = 100_000
const mostAccounts = 100_000
/** Few: every id kept lives long enough to be moved by the collector, which costs more than the call itself. */
const mostFinished = 1_000
/** A window slides in this many steps: what leaves it leaves a step late, never early. */
const steps = 20

interface Hold {
  readonly limits: readonly Limit[]
  readonly estimate: Amounts
  readonly expiresAt: number
  /** Per limit, the step its estimate was booked in. */
  readonly booked: readonly number[]
}

/** Limits of one process. Every call is O(limits); nothing waits. */
export class MemoryCounters implements Counters {
  readonly #clock: Clock
  readonly #accounts = new Map<string, Account>()
  /** The same by the limit itself: the compiled configuration hands in the same objects again and again. */
  #near = new WeakMap<Limit, Account>()
  #holds = new Map<string, Hold>()
  #churn = 0
  // two generations of finished ids: settling or reserving again changes nothing
  #finished = new Set<string>()
  #finishedBefore = new Set<string>()
  /** Expired before they were settled. Kept apart from the finished: what a long call used must count, however many end meanwhile. */
  readonly #late = new Map<string, Hold>()
  #nextExpiry = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  reserve({ id, limits, estimate, expiresAt }: { id: string; limits: readonly Limit[]; estimate: Amounts; expiresAt: number }): Reserved {
    const now = this.#clock.now()
    this.#expire(now)
    if (this.#holds.has(id) || this.#late.has(id) || this.#finished.has(id) || this.#finishedBefore.has(id)) return { granted: true }
    if (this.#holds.size >= mostHolds) throw new AppError('overloaded', 'too many calls are under way')
    const accounts = limits.map((limit) => this.#account(limit, now))
    for (const [at, limit] of limits.entries()) {
      const amount = estimate[limit.unit] ?? 0
      if (!accounts[at]!.allows(amount, limit.most, now))
        return { granted: false, limit, retryAt: accounts[at]!.freeAt(amount, limit.most, now) }
    }
    const booked = limits.map((limit, at) => accounts[at]!.add(estimate[limit.unit] ?? 0, now))
    this.#holds.set(id, { limits, estimate, expiresAt, booked })
    this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt)
    return { granted: true }
  }

  /** Units that `actual` does not name stay as estimated. */
  settle(id: string, actual: Amounts): void {
    const now = this.#clock.now()
    const hold = this.#holds.get(id)
    if (!hold) {
      this.#settleLate(id, actual, now)
      return
    }
    this.#finish(id)
    this.#unbook(hold, (unit) => (hold.estimate[unit] ?? 0) - (actual[unit] ?? hold.estimate[unit] ?? 0), now)
  }

  release(id: string): void {
    const hold = this.#holds.get(id)
    if (!hold) return
    this.#finish(id)
    this.#unbook(hold, (unit) => hold.estimate[unit] ?? 0, this.#clock.now())
  }

  open(): number {
    this.#expire(this.#clock.now())
    return this.#holds.size
  }

  /** What an account holds now: used and reserved. */
  used(limit: Limit): number {
    const now = this.#clock.now()
    this.#expire(now)
    return this.#accounts.get(keyOf(limit))?.used(now) ?? 0
  }

  /** A call outlived its hold: what it used counts all the same. */
  #settleLate(id: string, actual: Amounts, now: number): void {
    const late = this.#late.get(id)
    if (!late) return
    this.#late.delete(id)
    this.#finish(id)
    for (const limit of late.limits)
      if (limit.window > 0) this.#account(limit, now).add(actual[limit.unit] ?? late.estimate[limit.unit] ?? 0, now)
  }

  #unbook(hold: Hold, back: (unit: Unit) => number, now: number): void {
    for (const [at, limit] of hold.limits.entries()) {
      // what is at once ends with the call, whatever it used
      const amount = limit.window === 0 ? (hold.estimate[limit.unit] ?? 0) : back(limit.unit)
      const account = this.#near.get(limit) ?? this.#accounts.get(keyOf(limit))
      account?.take(amount, hold.booked[at]!, now)
    }
  }

  #finish(id: string): void {
    this.#holds.delete(id)
    if (++this.#churn > Math.max(1024, this.#holds.size)) {
      // V8 chains a Map's outgrown tables: one that lives long keeps all it ever held until the next full collection
      this.#holds = new Map(this.#holds)
      this.#churn = 0
    }
    if (this.#finished.size >= mostFinished) [this.#finishedBefore, this.#finished] = [this.#finished, new Set()]
    this.#finished.add(id)
  }

  #lapse(id: string, hold: Hold): void {
    this.#holds.delete(id)
    const [oldest] = this.#late.keys()
    if (this.#late.size >= mostHolds && oldest !== undefined) this.#late.delete(oldest)
    this.#late.set(id, hold)
  }

  #expire(now: number): void {
    if (now < this.#nextExpiry) return
    let next = Number.POSITIVE_INFINITY
    for (const [id, hold] of this.#holds) {
      if (hold.expiresAt > now) {
        next = Math.min(next, hold.expiresAt)
        continue
      }
      this.#lapse(id, hold)
      this.#unbook(hold, (unit) => hold.estimate[unit] ?? 0, now)
    }
    this.#nextExpiry = next
  }

  #account(limit: Limit, now: number): Account {
    const near = this.#near.get(limit)
    if (near) return near
    const key = keyOf(limit)
    let account = this.#accounts.get(key)
    if (account) {
      this.#near.set(limit, account)
      return account
    }
    if (this.#accounts.size >= mostAccounts) this.#forgetIdle(now)
    account = new Account(limit.window)
    this.#accounts.set(key, account)
    this.#near.set(limit, account)
    return account
  }

  #forgetIdle(now: number): void {
    this.#near = new WeakMap()
    for (const [key, account] of this.#accounts) if (account.used(now) === 0) this.#accounts.delete(key)
    if (this.#accounts.size >= mostAccounts) throw new AppError('overloaded', 'too many limits are in use')
  }
}

/** The same id with another window or unit is another account. */
const keyOf = ({ id, unit, window }: Limit) => `${id}\n${unit}\n${window}`

/** A sum over a sliding window, kept in steps; a window of 0 is a plain sum. */
class Account {
  readonly #step: number
  readonly #amounts = new Map<number, number>()
  #sum = 0
  #slidTo = -1

  constructor(window: number) {
    this.#step = window / steps
  }

  used(now: number): number {
    this.#slide(now)
    return this.#sum
  }

  allows(amount: number, most: number, now: number): boolean {
    return amount <= 0 || this.used(now) + amount <= most
  }

  /** Returns the step it was booked in. */
  add(amount: number, now: number): number {
    this.#slide(now)
    const at = this.#at(now)
    this.#amounts.set(at, (this.#amounts.get(at) ?? 0) + amount)
    this.#sum += amount
    return at
  }

  /** Nothing when the step has left the window. */
  take(amount: number, at: number, now: number): void {
    this.#slide(now)
    const booked = this.#amounts.get(at)
    if (booked === undefined) return
    this.#amounts.set(at, booked - amount)
    this.#sum -= amount
  }

  /** When so much of the past has left that the amount fits; for what is at once: now. */
  freeAt(amount: number, most: number, now: number): number {
    if (this.#step === 0) return now
    let over = this.used(now) + amount - most
    for (const [at, booked] of this.#amounts) {
      over -= booked
      if (over <= 0) return (at + steps + 1) * this.#step
    }
    return now + steps * this.#step
  }

  #at(now: number): number {
    return this.#step === 0 ? 0 : Math.floor(now / this.#step)
  }

  #slide(now: number): void {
    if (this.#step === 0) return
    const step = this.#at(now)
    if (step === this.#slidTo) return
    this.#slidTo = step
    const oldest = step - steps
    for (const [at, amount] of this.#amounts) {
      if (at >= oldest) return // in order of time
      this.#amounts.delete(at)
      this.#sum -= amount
    }
  }
}
