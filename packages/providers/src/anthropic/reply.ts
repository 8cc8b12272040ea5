import type { EventPayload, TextPart, Usage } from '@gatehouse/contracts'
import { AppError, type FrameDecoder, ReplyEvent } from '@gatehouse/kernel'
import { dataOf, FrameSplitter } from '../frames.ts'
import { refusal } from '../openai/handling.ts'

/** What of a message, whole or in pieces, we look at. Everything else travels in `source`. */
export interface MessageEvent {
  readonly type?: unknown
  readonly index?: number
  readonly message?: Message | null
  readonly content_block?: Block | null
  readonly delta?: Delta | null
  readonly usage?: Counts | null
  readonly error?: { readonly type?: unknown } | null
}
export interface Message {
  readonly id?: unknown
  readonly model?: unknown
  readonly content?: readonly (Block | null)[] | null
  readonly stop_reason?: string | null
  readonly usage?: Counts | null
}
export interface Block {
  readonly type?: string
  readonly text?: unknown
  readonly thinking?: unknown
  readonly id?: unknown
  readonly name?: unknown
  readonly input?: unknown
  readonly citations?: unknown
}
interface Delta {
  readonly type?: string
  readonly text?: unknown
  readonly thinking?: unknown
  readonly partial_json?: unknown
  readonly stop_reason?: string | null
}
export interface Counts {
  readonly input_tokens?: number | null
  readonly output_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
}

/**
 * Texts of a block in the order of its fields. All text is one lane and all thinking another, so that nothing hides in the seam of two
 * blocks; what a tool is called with, and blocks we do not know, are read as JSON. The gateway's encoder puts changed texts back in this order.
 */
export function partsOfBlock(block: Block, index: number): TextPart[] {
  if (block.type === 'redacted_thinking') return []
  if (block.type === 'text') {
    const said = partOf('text', 0, block.text)
    return Array.isArray(block.citations) && block.citations.length > 0 ? [...said, json(index, block.citations)] : said
  }
  if (block.type === 'thinking') return partOf('reasoning', 0, block.thinking)
  if (block.type === 'tool_use') return isEmpty(block.input) ? [] : [json(index, block.input)]
  return [json(index, block)]
}

function partsOfDelta(delta: Delta, index: number): TextPart[] {
  if (delta.type === 'text_delta') return partOf('text', 0, delta.text)
  if (delta.type === 'thinking_delta') return partOf('reasoning', 0, delta.thinking)
  if (delta.type === 'input_json_delta') return partOf('tool-call', index, delta.partial_json)
  return delta.type === 'signature_delta' ? [] : [json(index, delta)]
}

const json = (index: number, value: unknown): TextPart => ({ lane: 'tool-call', index, text: JSON.stringify(value) })
const partOf = (lane: TextPart['lane'], index: number, text: unknown): TextPart[] =>
  typeof text === 'string' && text ? [{ lane, index, text }] : []
export const isEmpty = (input: unknown): boolean => typeof input !== 'object' || input === null || Object.keys(input).length === 0

export function parsed(data: string): MessageEvent {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch (cause) {
    throw new AppError('upstream_failed', 'the vendor sent something that is not JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AppError('upstream_failed', 'the vendor sent something that is not an object')
  return value
}

/** What the vendor counted so far: later numbers replace earlier ones. Everything that was read counts as input, from a cache or not. */
export class Counted {
  #counts: Counts = {}

  add(counts: Counts | null | undefined): void {
    if (!counts) return
    const known = Object.entries(counts).filter(([, value]) => typeof value === 'number')
    this.#counts = { ...this.#counts, ...(Object.fromEntries(known) as Counts) }
  }

  get counts(): Counts {
    return this.#counts
  }

  get usage(): Usage | undefined {
    const { input_tokens: input, output_tokens: output } = this.#counts
    if (typeof input !== 'number' || typeof output !== 'number') return undefined
    return { inputTokens: input + this.cached + (this.#counts.cache_creation_input_tokens ?? 0), outputTokens: output, source: 'provider' }
  }

  get cached(): number {
    return this.#counts.cache_read_input_tokens ?? 0
  }
}

/** Events in their own dialect, for layers that look into the stream; decoded when they ask. */
export class MessageDecoder implements FrameDecoder {
  readonly #splitter = new FrameSplitter()
  readonly #counted = new Counted()

  decode(read: Uint8Array): readonly ReplyEvent[] {
    return this.#splitter.push(read).map((frame) => new ReplyEvent(frame, this.#payload))
  }

  flush(): readonly ReplyEvent[] {
    return []
  }

  readonly #payload = (frame: Uint8Array): EventPayload => {
    const data = dataOf(frame as Buffer)
    return data === undefined ? { kind: 'raw' } : eventPayload(parsed(data), this.#counted)
  }
}

export function eventPayload(source: MessageEvent, counted: Counted): EventPayload {
  if (source.type === 'error')
    return { kind: 'error', error: { code: 'upstream_failed', message: 'the vendor reported an error in its answer' }, source }
  const index = source.index ?? 0
  const parts = source.content_block
    ? partsOfBlock(source.content_block, index)
    : source.delta && source.type === 'content_block_delta'
      ? partsOfDelta(source.delta, index)
      : []
  counted.add(source.message?.usage ?? source.usage)
  const usage = source.message || source.usage ? counted.usage : undefined
  const finish = source.type === 'message_delta' ? (source.delta?.stop_reason ?? undefined) : undefined
  const kind = parts[0]?.lane ?? (usage ? 'usage' : finish ? 'finish' : 'raw')
  return { kind, ...(parts.length > 0 && { parts }), ...(usage && { usage }), ...(finish !== undefined && { finish }), source }
}

/** A complete message in its own dialect. */
export function messagePayload(source: Message): EventPayload {
  const parts = (source.content ?? []).flatMap((block, at) => (block ? partsOfBlock(block, at) : []))
  const counted = new Counted()
  counted.add(source.usage)
  const { usage } = counted
  const finish = source.stop_reason ?? undefined
  const kind = parts[0]?.lane ?? (usage ? 'usage' : 'raw')
  return { kind, ...(parts.length > 0 && { parts }), ...(usage && { usage }), ...(finish !== undefined && { finish }), source }
}

const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}
/** An error event inside a stream: as if the vendor had answered with its status. */
export function errorIn({ error }: MessageEvent): AppError {
  const type = typeof error?.type === 'string' ? error.type : ''
  return refusal(statuses[type] ?? 500, {}, type in statuses ? type : undefined)
}
