const quote = 34
const backslash = 92
const lineFeed = 10

/**
 * What a stream's frames have in common around one text. A frame that differs from a known good one in nothing but the letters of
 * that text is as good, and nobody has to parse it.
 */
export class Shape {
  readonly #before: Buffer
  readonly #after: Buffer

  private constructor(before: Buffer, after: Buffer) {
    this.#before = before
    this.#after = after
  }

  /** Learnt from a frame whose `field` says `text`; undefined when that does not stand there once and plainly. */
  static of(frame: Buffer, field: 'content' | 'reasoning_content', text: string): Shape | undefined {
    const value = JSON.stringify(text)
    const said = Buffer.from(`"${field}":${value}`)
    const at = frame.indexOf(said)
    if (at < 0 || frame.indexOf(said, at + 1) >= 0) return undefined
    const start = at + field.length + 4
    const end = at + said.length - 1
    return new Shape(Buffer.from(frame.subarray(0, start)), Buffer.from(frame.subarray(end))) // copies: the read itself need not live on
  }

  fits(frame: Buffer): boolean {
    const { length: start } = this.#before
    const end = frame.length - this.#after.length
    return (
      end >= start &&
      frame.indexOf(quote, start) === end &&
      frame[end - 1] !== backslash &&
      frame.indexOf(lineFeed, start) >= end &&
      frame.compare(this.#before, 0, start, 0, start) === 0 &&
      frame.compare(this.#after, 0, this.#after.length, end) === 0
    )
  }
}
