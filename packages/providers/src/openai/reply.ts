import type { EventPayload, TextPart, Usage } from '@gatehouse/contracts'
import { AppError, type FrameDecoder, ReplyEvent } from '@gatehouse/kernel'
import { dataOf, FrameSplitter } from '../frames.ts'

/** What of a chat completion, whole or in pieces, we look at. Everything else travels in `source`. */
interface Completion {
  readonly choices?: readonly (Choice | null)[] | null
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null
  readonly error?: { readonly code?: unknown; readonly type?: unknown; readonly message?: unknown } | string | null
}
interface Choice {
  readonly index?: number
  readonly delta?: Said | null
  readonly message?: Said | null
  readonly finish_reason?: string | null
}
interface Said {
  readonly content?: unknown
  readonly refusal?: unknown
  readonly reasoning_content?: unknown
  readonly reasoning?: unknown
  readonly tool_calls?: readonly ({ readonly index?: number; readonly function?: { readonly arguments?: unknown } | null } | null)[] | null
}

/** Tool calls of choice n have the text indexes from n × 1024 on. */
export const toolLane = (choice: number, call: number): number => choice * 1024 + call

const done: EventPayload = { kind: 'raw', source: '[DONE]' }
const raw: EventPayload = { kind: 'raw' }

/** A frame as read → what it says. A frame that is not JSON is an error, never passed over. */
export function decodeFrame(frame: Uint8Array): EventPayload {
  const data = dataOf(frame as Buffer)
  if (data === undefined) return raw
  if (data === '[DONE]') return done
  return payloadOf(parsed(data))
}

function parsed(data: string): Completion {
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

/** One frame may say several things: text, a tool call, the finish and the usage. */
export function payloadOf(source: Completion): EventPayload {
  if (source.error)
    return { kind: 'error', error: { code: 'upstream_failed', message: 'the vendor reported an error in its answer' }, source }
  const parts: TextPart[] = []
  let finish: string | undefined
  for (const choice of listOf(source.choices)) {
    if (!choice) continue
    const said = choice.delta ?? choice.message
    if (said) collect(parts, said, numberOf(choice.index, 0))
    if (typeof choice.finish_reason === 'string') finish ??= choice.finish_reason
  }
  const usage = usageOf(source.usage)
  const kind = parts[0]?.lane ?? (usage ? 'usage' : finish ? 'finish' : 'raw')
  return { kind, ...(parts.length > 0 && { parts }), ...(usage && { usage }), ...(finish !== undefined && { finish }), source }
}

function collect(parts: TextPart[], said: Said, choice: number): void {
  const text = typeof said.content === 'string' ? said.content : typeof said.refusal === 'string' ? said.refusal : ''
  if (text) parts.push({ lane: 'text', index: choice, text })
  const reasoning = said.reasoning_content ?? said.reasoning
  if (typeof reasoning === 'string' && reasoning) parts.push({ lane: 'reasoning', index: choice, text: reasoning })
  listOf(said.tool_calls).forEach((call, position) => {
    const text = call?.function?.arguments
    if (typeof text === 'string' && text) parts.push({ lane: 'tool-call', index: toolLane(choice, numberOf(call?.index, position)), text })
  })
}

/** What should be a list and is none holds nothing. */
const listOf = <Item>(value: readonly Item[] | null | undefined): readonly Item[] => (Array.isArray(value) ? value : [])
/** The encoder of the dialect reads indexes in the same way. */
const numberOf = (index: unknown, otherwise: number): number =>
  typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < 1024 ? index : otherwise

export function usageOf(usage: Completion['usage']): Usage | undefined {
  const inputTokens = tokensFrom(usage?.prompt_tokens)
  const outputTokens = tokensFrom(usage?.completion_tokens)
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  return { inputTokens, outputTokens, source: 'provider' }
}

/** More than any model takes. */
const mostTokens = 100_000_000
/** A count one can believe: what else a vendor reports would be booked on somebody's account. */
export const tokensFrom = (told: unknown): number | undefined =>
  typeof told === 'number' && Number.isInteger(told) && told >= 0 && told <= mostTokens ? told : undefined

/** Events for layers that look into the stream; decoded frame by frame when they ask. */
export class ChunkDecoder implements FrameDecoder {
  readonly #splitter = new FrameSplitter()

  decode(read: Uint8Array): readonly ReplyEvent[] {
    return this.#splitter.push(read).map((frame) => new ReplyEvent(frame, decodeFrame))
  }
  /** A half frame is no event: the provider has already judged the stream by its tail. */
  flush(): readonly ReplyEvent[] {
    return []
  }
}
