import type { CanonicalChat, ChatMessage } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'

type Json = Readonly<Record<string, unknown>>

/** The same call as a chat completion. What that shape has no place for is left out or refused; docs/reference/dialects.md says which. */
export function canonicalBody(raw: Json): CanonicalChat {
  const system = textIn(raw.system)
  const messages = (raw.messages as readonly Json[]).flatMap(messagesOf)
  const { temperature, top_p: topP, stop_sequences: stop } = raw
  return {
    model: raw.model,
    messages: [...(system ? [{ role: 'system', content: system } as const] : []), ...messages],
    ...(Array.isArray(stop) && stop.length > 0 && { stop }),
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { top_p: topP }),
    ...toolsOf(raw),
    ...outputOf(raw),
    ...userOf(raw),
    ...(raw.stream === true && { stream: true }),
  }
}

const unsupported = (what: string) =>
  new AppError('unsupported', `${what} can only go to a provider that speaks Anthropic's dialect, and this route has none for it`, {
    details: { status: 400, elsewhere: true },
  })

/** A turn of the person may hold results of tools, each of which is a message of its own in front of what was said. */
function messagesOf(message: Json): ChatMessage[] {
  const { role, content } = message as unknown as ChatMessage
  if (typeof content === 'string') return [{ role, content }]
  const blocks = (content as readonly Json[]).filter((block) => typeof block === 'object' && block !== null)
  if (role === 'assistant') return [answerOf(blocks)]
  const results = blocks.filter(({ type }) => type === 'tool_result')
  const said = [...results.flatMap(picturesIn), ...blocks.filter(({ type }) => type !== 'tool_result')]
  return [...results.map(resultOf), ...(said.length > 0 ? [{ role, content: contentOf(said) }] : [])]
}

function answerOf(blocks: readonly Json[]): ChatMessage {
  const text = blocks.filter(({ type }) => type === 'text').map((block) => String(block.text ?? ''))
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(callOf)
  const odd = blocks.find(({ type }) => !inAnswer.has(String(type)))
  if (odd) throw unsupported(`a block of type ${wordOf(odd.type)}`)
  return {
    role: 'assistant',
    content: text.length > 0 || calls.length === 0 ? text.join('') : null,
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}
/** Thinking is left out: nobody else can check its signature. */
const inAnswer: ReadonlySet<string> = new Set(['text', 'tool_use', 'thinking', 'redacted_thinking'])
const callOf = ({ id, name, input }: Json) => ({ id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } })

function resultOf({ tool_use_id: id, content, is_error: failed }: Json): ChatMessage {
  const text = textIn(content)
  return { role: 'tool', tool_call_id: id, content: failed === true ? `Error: ${text}` : text }
}
/** Only a person can show pictures there. */
const picturesIn = ({ content }: Json): Json[] =>
  Array.isArray(content) ? (content as Json[]).filter((block) => block?.type === 'image') : []

function contentOf(blocks: readonly Json[]): unknown {
  const parts = blocks.map(partOf)
  return parts.every(({ type }) => type === 'text') ? parts.map(({ text }) => text).join('\n\n') : parts
}

function partOf(block: Json): Json {
  const source = (block.source ?? {}) as Json
  if (block.type === 'text') return { type: 'text', text: String(block.text ?? '') }
  if (block.type === 'image' && source.type === 'base64')
    return { type: 'image_url', image_url: { url: `data:${String(source.media_type)};base64,${String(source.data)}` } }
  if (block.type === 'image' && source.type === 'url') return { type: 'image_url', image_url: { url: source.url } }
  if (block.type === 'document' && source.type === 'text')
    return { type: 'text', text: [block.title, source.data].filter((each) => typeof each === 'string').join('\n') }
  throw unsupported(`a block of type ${wordOf(block.type)}`)
}

function textIn(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const blocks = (content as (Json | null)[]).map((block) => block ?? {})
  const odd = blocks.find(({ type }) => type !== 'text' && type !== 'image')
  if (odd) throw unsupported(`a block of type ${wordOf(odd.type)} here`)
  return blocks.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n')
}

function toolsOf({ tools, tool_choice: choice }: Json): Json {
  if (!Array.isArray(tools) || tools.length === 0) return {}
  const { type, name, disable_parallel_tool_use: single } = (choice ?? {}) as Json
  const chosen = type === 'tool' ? { type: 'function', function: { name } } : type === 'any' ? 'required' : type
  return {
    tools: (tools as (Json | null)[]).map((tool) => toolOf(tool ?? {})),
    ...(chosen !== undefined && { tool_choice: chosen }),
    ...(single === true && { parallel_tool_calls: false }),
  }
}

function toolOf({ type, name, description, input_schema: parameters, strict }: Json): Json {
  if (type !== undefined && type !== null && type !== 'custom') throw unsupported(`the tool ${wordOf(type)}, which the vendor runs itself,`)
  const made = { name, ...(typeof description === 'string' && { description }), parameters, ...(strict === true && { strict }) }
  return { type: 'function', function: made }
}

/** How hard to think, and in which form to answer. */
function outputOf({ thinking, output_config: output }: Json): Json {
  const { type, budget_tokens: budget } = (thinking ?? {}) as Json
  const { effort, format } = (output ?? {}) as Json
  const byBudget =
    type === 'enabled' && typeof budget === 'number' ? (budget < 4096 ? 'low' : budget < 16_384 ? 'medium' : 'high') : undefined
  const wanted = typeof effort === 'string' ? (effort === 'xhigh' || effort === 'max' ? 'high' : effort) : byBudget
  const { type: form, schema } = (format ?? {}) as Json
  return {
    ...(wanted !== undefined && { reasoning_effort: wanted }),
    ...(form === 'json_schema' && { response_format: { type: form, json_schema: { name: 'answer', schema, strict: true } } }),
  }
}

function userOf({ metadata }: Json): Json {
  const user = (metadata as Json | null | undefined)?.user_id
  return typeof user === 'string' ? { user } : {}
}

const wordOf = (type: unknown): string => (typeof type === 'string' && /^[a-z0-9_]{1,60}$/.test(type) ? type : 'an unknown type')
