/** One deadline. `touch` puts it off again by its span: a field write, so it may be called for every chunk. */
export class Watch {
  /** In the wheel's coarse milliseconds. */
  due: number
  readonly #wheel: Wheel
  #span: number
  /** No touch puts it off beyond this. */
  last = Number.POSITIVE_INFINITY
  /** Where it stands in its wheel; -1 when it does not. */
  place = -1
  readonly expired: () => void

  constructor(wheel: Wheel, span: number, expired: () => void) {
    this.#wheel = wheel
    this.#span = span
    this.due = wheel.now + span
    this.expired = expired
  }

  touch(): void {
    const due = this.#wheel.now + this.#span
    this.due = due < this.last ? due : this.last
  }

  /** From now on another span, starting now. */
  restart(span: number): void {
    this.#span = span
    this.#wheel.keep(this)
    this.touch()
  }

  stop(): void {
    this.#wheel.drop(this)
  }
}

/**
 * Many deadlines, one coarse timer: it looks through the open ones every `step` milliseconds and sleeps when there is none.
 * Deadlines fire up to one step late, never early. An expired watch fires once, until it is restarted.
 */
export class Wheel {
  /** Coarse time in milliseconds, as of the last look. */
  now = performance.now()
  readonly #step: number
  /** A plain list, each watch knowing its place: a Set that is added to and deleted from for every request keeps the dead alive
   * until the next full collection, because V8 chains its outgrown tables. */
  readonly #watches: Watch[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(step = 50) {
    this.#step = step
  }

  watch(milliseconds: number, expired: () => void): Watch {
    this.#wake()
    const watch = new Watch(this, milliseconds + this.#step, expired) // `now` may be a step old
    this.keep(watch)
    return watch
  }

  keep(watch: Watch): void {
    this.#wake()
    if (watch.place >= 0) return
    watch.place = this.#watches.length
    this.#watches.push(watch)
  }

  drop(watch: Watch): void {
    if (watch.place < 0) return
    const last = this.#watches.pop()!
    if (last !== watch) {
      this.#watches[watch.place] = last
      last.place = watch.place
    }
    watch.place = -1
  }

  /** How many deadlines are open. */
  get size(): number {
    return this.#watches.length
  }

  #wake(): void {
    if (this.#timer) return
    this.now = performance.now()
    this.#timer = setInterval(() => this.#look(), this.#step).unref()
  }

  #look(): void {
    this.now = performance.now()
    if (this.#watches.length === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const due = this.#watches.filter((watch) => watch.due <= this.now)
    for (const watch of due) {
      if (watch.place < 0) continue // stopped by one that went before
      this.drop(watch)
      watch.expired()
    }
  }
}
