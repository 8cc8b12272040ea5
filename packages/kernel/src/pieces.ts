const small = 1024
const blockSize = 16 * 1024

/**
 * Gathers what is read, in order. Small pieces are copied into blocks: whoever sends a megabyte byte by byte would otherwise cost us
 * a hundred times as much, for every piece is an object.
 */
export class Pieces {
  #pieces: Uint8Array[] = []
  #block: Buffer | undefined
  #from = 0
  #to = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  add(piece: Uint8Array): void {
    this.#size += piece.length
    if (piece.length < small && this.#size > piece.length) this.#copy(piece)
    else {
      this.#seal()
      this.#pieces.push(piece)
    }
  }

  /** All of it as one; the piece itself when there is only one. Afterwards it is empty. */
  take(): Buffer {
    this.#seal()
    const [first, ...more] = this.#pieces
    const all =
      first && more.length === 0 ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(this.#pieces, this.#size)
    this.#pieces = []
    this.#block = undefined
    this.#size = this.#from = this.#to = 0
    return all
  }

  #copy(piece: Uint8Array): void {
    if (!this.#block || this.#to + piece.length > this.#block.length) {
      this.#seal()
      this.#block = Buffer.allocUnsafeSlow(this.#pieces.length < 8 ? small : blockSize)
      this.#from = this.#to = 0
    }
    this.#block.set(piece, this.#to)
    this.#to += piece.length
  }

  #seal(): void {
    if (this.#block && this.#to > this.#from) this.#pieces.push(this.#block.subarray(this.#from, this.#to))
    this.#from = this.#to
  }
}
