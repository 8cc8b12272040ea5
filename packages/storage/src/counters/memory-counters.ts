import { type Amounts, AppError, type Clock, type Counters, type Limit, type Reserved } from '@gatehouse/kernel'

const mostHolds = 100_000
const mostAccounts = 100_000
/** Few: an id that outlives two collections is moved by them, which costs more than the call itself. An id unknown by then settles to nothing. */
const mostFinished = 200
/** A window slides in this many steps: what leaves it leaves a step late, never early. */
const steps = 20

interface Hold {
  readonly limits: readonly Limit[]
  /** Of the limits, in their order. */
  readonly accounts: readonly Account[]
  estimate: Amounts
  readonly expiresAt: number
  /** Per limit, the step its estimate was booked in. */
  booked: readonly number[]
  isOpen: boolean
}
const granted: Reserved = { granted: true }
const noSteps: readonly number[] = []

/** Limits of one process. Every call is O(limits); nothing waits. */
export class MemoryCounters implements Counters {
  readonly #clock: Clock
  readonly #accounts = new Map<string, Account>()
  /** The same by the limits themselves: the compiled configuration hands in the same frozen list again and again. */
  #near = new WeakMap<readonly Limit[], readonly Account[]>()
  /**
   * Holds by id in two generations, finished ones included: settling or reserving again changes nothing. A full generation becomes
   * the old one, and of the one before only what is open lives on. Never one long-lived Map: V8 chains its outgrown tables, so it
   * would keep all it ever held until the next full collection.
   */
  #holds = new Map<string, Hold>()
  #before = new Map<string, Hold>()
  #turnAt = mostFinished
  #open = 0
  /** Expired before they were settled. Kept apart from the finished: what a long call used must count, however many end meanwhile. */
  readonly #late = new Map<string, Hold>()
  #nextExpiry = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  reserve({ id, limits, estimate, expiresAt }: { id: string; limits: readonly Limit[]; estimate: Amounts; expiresAt: number }): Reserved {
    const now = this.#clock.now()
    this.#expire(now)
    if (this.#find(id) || (this.#late.size > 0 && this.#late.has(id))) return granted
    if (this.#open >= mostHolds) throw new AppError('overloaded', 'too many calls are under way')
    const accounts = this.#accountsOf(limits, now)
    for (let at = 0; at < limits.length; at++) {
      const { unit, most } = limits[at]!
      const amount = estimate[unit] ?? 0
      if (!accounts[at]!.allows(amount, most, now))
        return { granted: false, limit: limits[at]!, retryAt: accounts[at]!.freeAt(amount, most, now) }
    }
    const booked: number[] = []
    for (let at = 0; at < limits.length; at++) booked.push(accounts[at]!.add(estimate[limits[at]!.unit] ?? 0, now))
    this.#open++
    this.#keep(id, { limits, accounts, estimate, expiresAt, booked, isOpen: true })
    if (expiresAt < this.#nextExpiry) this.#nextExpiry = expiresAt
    return granted
  }

  /** Units that `actual` does not name stay as estimated. */
  settle(id: string, actual: Amounts): void {
    const now = this.#clock.now()
    const hold = this.#find(id)
    if (!hold) this.#settleLate(id, actual, now)
    else if (hold.isOpen) this.#finish(hold, actual, now)
  }

  release(id: string): void {
    const hold = this.#find(id)
    if (hold?.isOpen) this.#finish(hold, nothing, this.#clock.now())
  }

  open(): number {
    this.#expire(this.#clock.now())
    return this.#open
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
    this.#keep(id, late)
    for (const limit of late.limits)
      if (limit.window > 0) this.#account(limit, now).add(actual[limit.unit] ?? late.estimate[limit.unit] ?? 0, now)
  }

  #find(id: string): Hold | undefined {
    return this.#holds.get(id) ?? this.#before.get(id)
  }

  #keep(id: string, hold: Hold): void {
    this.#holds.set(id, hold)
    if (this.#holds.size < this.#turnAt) return
    const next = new Map<string, Hold>()
    for (const [old, each] of this.#before) if (each.isOpen) next.set(old, each)
    this.#before = this.#holds
    this.#holds = next
    this.#turnAt = next.size + mostFinished
  }

  /** Only the id is still wanted: what lives on should be small. */
  #finish(hold: Hold, actual: Amounts, now: number): void {
    this.#close(hold, actual, now)
    hold.estimate = nothing
    hold.booked = noSteps
  }

  #close(hold: Hold, actual: Amounts, now: number): void {
    hold.isOpen = false
    this.#open--
    unbook(hold, actual, now)
  }

  #lapse(id: string, hold: Hold, now: number): void {
    this.#close(hold, nothing, now)
    this.#holds.delete(id)
    this.#before.delete(id)
    const [oldest] = this.#late.keys()
    if (this.#late.size >= mostHolds && oldest !== undefined) this.#late.delete(oldest)
    this.#late.set(id, hold)
  }

  #expire(now: number): void {
    if (now < this.#nextExpiry) return
    let next = Number.POSITIVE_INFINITY
    for (const holds of [this.#before, this.#holds])
      for (const [id, hold] of holds) {
        if (!hold.isOpen) continue
        if (hold.expiresAt > now) {
          next = Math.min(next, hold.expiresAt)
          continue
        }
        this.#lapse(id, hold, now)
      }
    this.#nextExpiry = next
  }

  #accountsOf(limits: readonly Limit[], now: number): readonly Account[] {
    const near = this.#near.get(limits)
    if (near) return near
    const accounts = limits.map((limit) => this.#account(limit, now))
    if (Object.isFrozen(limits)) this.#near.set(limits, accounts)
    return accounts
  }

  #account(limit: Limit, now: number): Account {
    const key = keyOf(limit)
    const known = this.#accounts.get(key)
    if (known) return known
    if (this.#accounts.size >= mostAccounts) this.#forgetIdle(now)
    const account = new Account(limit.window)
    this.#accounts.set(key, account)
    return account
  }

  #forgetIdle(now: number): void {
    this.#near = new WeakMap()
    for (const [key, account] of this.#accounts) if (account.used(now) === 0) this.#accounts.delete(key)
    if (this.#accounts.size >= mostAccounts) throw new AppError('overloaded', 'too many limits are in use')
  }
}

const nothing: Amounts = { requests: 0, concurrency: 0, tokens: 0, money: 0 }

/** Gives back what was estimated and not used. What is at once ends with the call, whatever it used. */
function unbook({ limits, accounts, estimate, booked }: Hold, actual: Amounts, now: number): void {
  for (let at = 0; at < limits.length; at++) {
    const { unit, window } = limits[at]!
    const estimated = estimate[unit] ?? 0
    accounts[at]!.take(window === 0 ? estimated : estimated - (actual[unit] ?? estimated), booked[at]!, now)
  }
}

/** The same id with another window or unit is another account. */
const keyOf = ({ id, unit, window }: Limit) => `${id}\n${unit}\n${window}`

/** A sum over a sliding window, kept in steps; a window of 0 is a plain sum. */
class Account {
  readonly #step: number
  /** Of the last steps, each at its number modulo the length. */
  readonly #amounts: Float64Array
  #sum = 0
  #slidTo = 0
  /** Where what was booked before the clock was set back counts. */
  #movedTo = 0

  constructor(window: number) {
    this.#step = window / steps
    this.#amounts = new Float64Array(window === 0 ? 1 : steps + 1)
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
    this.#amounts[this.#slidTo % this.#amounts.length]! += amount
    this.#sum += amount
    return this.#slidTo
  }

  /** Nothing when the step has left the window. */
  take(amount: number, at: number, now: number): void {
    this.#slide(now)
    const step = at > this.#slidTo ? this.#movedTo : at
    if (step <= this.#slidTo - this.#amounts.length) return
    this.#amounts[step % this.#amounts.length]! -= amount
    this.#sum -= amount
  }

  /** When so much of the past has left that the amount fits; for what is at once: now. */
  freeAt(amount: number, most: number, now: number): number {
    if (this.#step === 0) return now
    let over = this.used(now) + amount - most
    for (let at = Math.max(0, this.#slidTo - steps); at <= this.#slidTo; at++) {
      over -= this.#amounts[at % this.#amounts.length]!
      if (over <= 0) return (at + steps + 1) * this.#step
    }
    return now + steps * this.#step
  }

  /** The clock was set back by more than the window: all that counts, counts from now on, or it would stay until the clock is there again. */
  #setBack(step: number): void {
    this.#amounts.fill(0)
    this.#amounts[step % this.#amounts.length] = this.#sum
    this.#slidTo = this.#movedTo = step
  }

  /** Empties the places of the steps that have left, and of those nothing was booked in. */
  #slide(now: number): void {
    if (this.#step === 0) return
    const step = Math.floor(now / this.#step)
    if (step < this.#slidTo - steps) this.#setBack(step)
    if (step <= this.#slidTo) return
    const { length } = this.#amounts
    for (let at = Math.max(this.#slidTo + 1, step - steps); at <= step; at++) {
      this.#sum -= this.#amounts[at % length]!
      this.#amounts[at % length] = 0
    }
    this.#slidTo = step
  }
}
