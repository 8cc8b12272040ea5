const minute = 60_000

/** Failed attempts per address within a minute. Only who fails is held back: a good credential works from anywhere. Bounded in addresses. */
export class Failures {
  readonly #byAddress = new Map<string, { count: number; until: number }>()
  readonly #most: number
  readonly #mostAddresses: number

  constructor(most = 120, mostAddresses = 10_000) {
    this.#most = most
    this.#mostAddresses = mostAddresses
  }

  /** Counts one more; when there were too many, says until when. */
  add(address: string, now: number): number | undefined {
    let entry = this.#byAddress.get(address)
    if (!entry || entry.until <= now) {
      this.#byAddress.delete(address) // so that those that end first stand first
      if (this.#byAddress.size >= this.#mostAddresses) this.#forgetFirst()
      entry = { count: 0, until: now + minute }
      this.#byAddress.set(address, entry)
    }
    entry.count++
    return entry.count > this.#most ? entry.until : undefined
  }

  #forgetFirst(): void {
    for (const [address] of this.#byAddress) {
      this.#byAddress.delete(address)
      return
    }
  }
}
