const every = 60_000
const afterFailure = 2000

/** What a store does each minute; soon again after a failure, so that a short one does not count for a minute. */
export class Upkeep {
  readonly #work: () => Promise<void>
  #timer: NodeJS.Timeout
  #running: Promise<void> = Promise.resolve()
  #failure: Error | undefined
  #closed = false

  constructor(work: () => Promise<void>) {
    this.#work = work
    this.#timer = this.#in(every)
  }

  /** Throws why the last round failed, if it did. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  /** One last round; its failure is kept, not thrown. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
    await this.#round()
  }

  #in(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#running = this.#round().then(() => {
        if (!this.#closed) this.#timer = this.#in(this.#failure ? afterFailure : every)
      })
    }, milliseconds).unref()
  }

  async #round(): Promise<void> {
    try {
      await this.#work()
      this.#failure = undefined
    } catch (thrown) {
      this.#failure = thrown instanceof Error ? thrown : new Error(String(thrown))
    }
  }
}
