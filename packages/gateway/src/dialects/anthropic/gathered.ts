import type { BlockSink, Json } from './blocks.ts'

/** Blocks of one message, put together again. */
export class Gathered implements BlockSink {
  readonly content: Json[] = []
  #block: Json = {}
  #text = ''
  size = 0

  start(_: number, block: Json): void {
    this.#block = block
    this.#text = ''
  }

  delta(_: number, { text, thinking, partial_json: json }: Json): void {
    const piece = String(text ?? thinking ?? json)
    this.#text += piece
    this.size += piece.length
  }

  stop(): void {
    const { type } = this.#block
    if (type === 'tool_use') this.content.push({ ...this.#block, input: inputOf(this.#text) })
    else this.content.push({ ...this.#block, [type === 'text' ? 'text' : 'thinking']: this.#text })
  }
}

function inputOf(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // a model wrote it: not all of them write JSON
  }
  return { arguments: text }
}
