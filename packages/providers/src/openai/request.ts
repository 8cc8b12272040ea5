import type { ChatRequest } from '@gatehouse/contracts'
import { type Shaping, shaped } from './shaped.ts'

/** What differs between vendors that speak this dialect. */
export interface Quirks extends Shaping {
  /** How the vendor calls the most tokens of an answer. */
  readonly limitField: 'max_tokens' | 'max_completion_tokens'
  /** True when a stream reports its usage only if `stream_options.include_usage` asks for it. */
  readonly asksUsage: boolean
  /** In which header the credential goes. */
  readonly auth: 'bearer' | 'api-key'
  /** Where an operation's path stands: behind the base URL, or behind the deployment that has the model's name. */
  readonly place: 'base' | 'deployment'
}

/**
 * The body for the vendor. The caller's own bytes when nothing has to change; spliced when only the model, a limit or the
 * wish for usage has to go in; written anew when a layer changed the request (`body` is then empty) or a field must go.
 */
export function bodyOf(
  request: ChatRequest,
  model: string,
  body: Uint8Array,
  quirks: Pick<Quirks, 'limitField' | 'asksUsage' | keyof Shaping>,
  tell?: (dropped: readonly string[]) => void,
): Uint8Array | string {
  const { raw, dropped } = shaped(request.raw, quirks)
  if (dropped.length > 0) tell?.(dropped)
  const added = additions(raw, request, quirks)
  if (body.length === 0 || raw !== request.raw || (added && 'stream_options' in raw && 'stream_options' in added))
    return written(raw, request, model, added)
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const named = model === request.raw.model
  if (named && !added) return bytes
  const value = named ? undefined : stringAt(bytes, 'model')
  if (!named && !value) return written(raw, request, model, added)
  return spliced(bytes, added, value && { ...value, text: JSON.stringify(model) })
}

/** The caller's bytes with fields added in front and one value replaced: one buffer, filled once. */
function spliced(
  bytes: Buffer,
  added: Record<string, unknown> | undefined,
  value: { start: number; end: number; text: string } | undefined,
): Buffer {
  const front = added ? `${JSON.stringify(added).slice(1, -1)},` : ''
  const room = bytes.length + Buffer.byteLength(front) + (value ? Buffer.byteLength(value.text) - (value.end - value.start) : 0)
  const whole = Buffer.allocUnsafe(room)
  const start = added ? bytes.indexOf(openBrace) + 1 : 0
  let at = bytes.copy(whole, 0, 0, start)
  at += whole.write(front, at)
  if (!value) {
    bytes.copy(whole, at, start)
    return whole
  }
  at += bytes.copy(whole, at, start, value.start)
  at += whole.write(value.text, at)
  bytes.copy(whole, at, value.end)
  return whole
}

/** Fields the caller left out and we need; undefined when there are none. */
function additions(
  raw: ChatRequest['raw'],
  { stream, maxTokens }: ChatRequest,
  { limitField, asksUsage }: Pick<Quirks, 'limitField' | 'asksUsage'>,
): Record<string, unknown> | undefined {
  const limit = maxTokens !== undefined && raw.max_tokens === undefined && raw.max_completion_tokens === undefined
  const options = raw.stream_options as { include_usage?: unknown } | null | undefined
  const usage = asksUsage && stream && options?.include_usage !== true
  if (!limit && !usage) return undefined
  return {
    ...(limit && { [limitField]: maxTokens }),
    ...(usage && { stream_options: { ...options, include_usage: true } }),
  }
}

function written(
  raw: ChatRequest['raw'],
  { messages, stream }: ChatRequest,
  model: string,
  added: Record<string, unknown> | undefined,
): string {
  const body: Record<string, unknown> = { ...raw, ...added, model, messages }
  if (stream) body.stream = true
  return JSON.stringify(body)
}

const quote = 34
const backslash = 92
const colon = 58
const openBrace = 123
const openBracket = 91
const closeBrace = 125
const closeBracket = 93

/** Where the string value of a top-level field stands, quotes included; undefined when it is not found as plainly as that. */
export function stringAt(bytes: Buffer, field: string): { start: number; end: number } | undefined {
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === openBrace || byte === openBracket) depth++
    else if (byte === closeBrace || byte === closeBracket) depth--
    else if (byte === quote) {
      const end = endOfString(bytes, at)
      if (depth === 1 && end - at === field.length + 2 && bytes.toString('latin1', at + 1, end - 1) === field) {
        const next = afterSpace(bytes, end)
        if (bytes[next] === colon) {
          const start = afterSpace(bytes, next + 1)
          return bytes[start] === quote ? { start, end: endOfString(bytes, start) } : undefined
        }
      }
      at = end - 1
    }
  }
  return undefined
}

/** Just behind the closing quote of the string that opens at `from`. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(quote, from + 1); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let slashes = 0
    while (bytes[at - 1 - slashes] === backslash) slashes++
    if (slashes % 2 === 0) return at + 1
  }
  return bytes.length
}

function afterSpace(bytes: Buffer, from: number): number {
  let at = from
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at++
  return at
}
