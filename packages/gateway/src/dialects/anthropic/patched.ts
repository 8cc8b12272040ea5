import type { TextPart } from '@gatehouse/contracts'

type Json = Record<string, unknown>
type Next = (lane: TextPart['lane'], index: number) => string

/** An event or message of this dialect with the texts a guard left of it, in the order in which the provider read them. */
export function patched(source: Json, parts: readonly TextPart[]): Json {
  const left = [...parts]
  const next: Next = (lane, index) => {
    const at = left.findIndex((part) => part.lane === lane && part.index === index)
    return at < 0 ? '' : left.splice(at, 1)[0]!.text
  }
  if (Array.isArray(source.content))
    return { ...source, content: source.content.map((block: unknown, at) => (isObject(block) ? patchedBlock(block, at, next) : block)) }
  const index = typeof source.index === 'number' ? source.index : 0
  if (isObject(source.content_block)) return { ...source, content_block: patchedBlock(source.content_block, index, next) }
  if (isObject(source.delta) && source.type === 'content_block_delta') return { ...source, delta: patchedDelta(source.delta, index, next) }
  return source
}

function patchedBlock(block: Json, index: number, next: Next): Json {
  if (block.type === 'redacted_thinking') return block
  if (block.type === 'text') {
    const text = block.text ? next('text', 0) : block.text
    const cited = Array.isArray(block.citations) && block.citations.length > 0
    return { ...block, text, ...(cited && { citations: parsed(next('tool-call', index), []) }) }
  }
  if (block.type === 'thinking') return block.thinking ? { ...block, thinking: next('reasoning', 0) } : block
  if (block.type === 'tool_use') return isEmpty(block.input) ? block : { ...block, input: parsed(next('tool-call', index), {}) }
  return parsed(next('tool-call', index), { type: block.type }) as Json
}

function patchedDelta(delta: Json, index: number, next: Next): Json {
  if (delta.type === 'text_delta') return delta.text ? { ...delta, text: next('text', 0) } : delta
  if (delta.type === 'thinking_delta') return delta.thinking ? { ...delta, thinking: next('reasoning', 0) } : delta
  if (delta.type === 'input_json_delta') return delta.partial_json ? { ...delta, partial_json: next('tool-call', index) } : delta
  return delta.type === 'signature_delta' ? delta : (parsed(next('tool-call', index), { type: 'text_delta', text: '' }) as Json)
}

/** What was cut may no longer be JSON: then nothing of it goes out. */
function parsed(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isEmpty = (input: unknown): boolean => !isObject(input) || Object.keys(input).length === 0
