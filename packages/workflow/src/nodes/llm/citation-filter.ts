/** Lets an answer through in pieces, keeping only citations `[n]` of passages that were given; notes which, in order of appearance. */
export class CitationFilter {
  readonly #given: ReadonlySet<number>
  readonly #seen: number[] = []
  #held = ''
  #last = ''

  constructor(given: Iterable<number>) {
    this.#given = new Set(given)
  }

  get seen(): readonly number[] {
    return this.#seen
  }

  /** What may go out now; a citation that is not complete yet is held. */
  push(delta: string): string {
    const text = this.#held + delta
    const open = / ?(?:\[\d{0,3})?$/.exec(text)!.index
    this.#held = text.slice(open)
    return this.#out(text.slice(0, open))
  }

  flush(): string {
    const text = this.#held
    this.#held = ''
    return this.#out(text)
  }

  #out(text: string): string {
    const out = text.replace(/( ?)\[(\d{1,3})\]/g, (marker, space: string, digits: string, at: number) => {
      const n = Number(digits)
      if (this.#given.has(n)) {
        if (!this.#seen.includes(n)) this.#seen.push(n)
        return marker
      }
      // `list[9]` is code, not a citation
      const before = at > 0 ? text.charAt(at - 1) : this.#last
      return !space && /\w/.test(before) ? marker : ''
    })
    if (text) this.#last = text.charAt(text.length - 1)
    return out
  }
}

/** The citations that stand in a text. */
export const numbersIn = (text: string): ReadonlySet<number> =>
  new Set([...text.matchAll(/\[(\d{1,3})\]/g)].map(([, digits]) => Number(digits)))
