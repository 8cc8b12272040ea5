/** Most that is kept of one reply for the content store. */
const mostBytes = 256 * 1024

/** References to what went out, for the content store; stops at 256 KB. */
export class Kept {
  readonly #pieces: Uint8Array[] = []
  #size = 0

  add(piece: Uint8Array | string): void {
    if (this.#size >= mostBytes) return
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.#pieces.push(this.#size + bytes.length > mostBytes ? bytes.subarray(0, mostBytes - this.#size) : bytes)
    this.#size += bytes.length
  }

  get pieces(): readonly Uint8Array[] {
    return this.#pieces
  }
}
