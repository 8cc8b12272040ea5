import type { ChatMessage, ChatRequest } from '@gatehouse/contracts'
import { AppError, textOfContent } from '@gatehouse/kernel'
import { bodyOf } from '../openai/request.ts'
import { blocksOf } from './blocks.ts'

type Json = Record<string, unknown>
const quirks = { limitField: 'max_tokens', asksUsage: false, omit: [], rename: {}, thinking: 'as-is' } as const
const noBytes = new Uint8Array()

/** The body for the vendor: the caller's own, as far as it is in this dialect already, or written from the canonical form. */
export function messageBody(request: ChatRequest, model: string, body: Uint8Array): Uint8Array | string {
  if (!request.dialect) return JSON.stringify(written(request, model))
  const signed = request.messages.some(isUnsigned) ? withoutUnsigned(request) : request
  return bodyOf(signed, model, signed === request ? body : noBytes, quirks)
}

/** Only what the vendor counts. */
export function countBody({ raw, messages }: ChatRequest, model: string): string {
  const body: Json = { ...raw, model, messages }
  for (const field of ['max_tokens', 'stream', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'metadata', 'service_tier'])
    delete body[field]
  return JSON.stringify(body)
}

/** Thinking that another vendor made in this conversation bears no signature, and this one refuses it. */
const isUnsignedBlock = (block: unknown): boolean =>
  (block as Json | null)?.type === 'thinking' && ((block as Json).signature === '' || (block as Json).signature === undefined)
const isUnsigned = ({ content }: ChatMessage): boolean => Array.isArray(content) && content.some(isUnsignedBlock)

function withoutUnsigned(request: ChatRequest): ChatRequest {
  const messages = request.messages.flatMap((message) => {
    if (!isUnsigned(message)) return [message]
    const content = (message.content as unknown[]).filter((block) => !isUnsignedBlock(block))
    return content.length > 0 ? [{ ...message, content }] : []
  })
  return { ...request, messages }
}

function written(request: ChatRequest, model: string): Json {
  const { raw, stream, maxTokens = 4096 } = request
  if (typeof raw.n === 'number' && raw.n > 1) throw refused('n', 'this vendor gives one answer per call: "n" must be 1')
  const { system, messages } = turnsOf(request)
  const format = formatOf(raw.response_format)
  const told = [system, format.told].filter(Boolean).join('\n\n')
  const stop = (typeof raw.stop === 'string' ? [raw.stop] : Array.isArray(raw.stop) ? raw.stop : []).filter(
    (each) => String(each).trim() !== '',
  )
  return {
    model,
    max_tokens: maxTokens,
    ...(told && { system: told }),
    messages,
    ...(stop.length > 0 && { stop_sequences: stop }),
    ...toolsOf(raw),
    ...samplingOf(raw),
    ...thinkingOf(raw, messages, maxTokens),
    ...(format.schema && { output_config: { format: { type: 'json_schema', schema: format.schema } } }),
    ...(typeof raw.user === 'string' && raw.user && { metadata: { user_id: raw.user.slice(0, 256) } }),
    ...(stream && { stream: true }),
  }
}

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: Json[]
}

/** The instructions by themselves and the conversation as turns that alternate; results of tools stand at the front of the person's turn. */
function turnsOf({ messages }: ChatRequest): { system: string; messages: readonly Turn[] } {
  const system: string[] = []
  const turns: Turn[] = []
  for (const message of messages) {
    if (message.role === 'system' || message.role === 'developer') {
      system.push(textOfContent(message.content))
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const content = blocksOf(message)
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...content)
    else if (content.length > 0) turns.push({ role, content })
  }
  const told = system.filter(Boolean).join('\n\n')
  if (turns.length > 0) return { system: told, messages: turns.map(trimmed) }
  return { system: '', messages: [{ role: 'user', content: [{ type: 'text', text: told || ' ' }] }] } // instructions alone are the question
}

/** The vendor refuses an answer to be continued that ends in a space. */
function trimmed(turn: Turn, at: number, turns: readonly Turn[]): Turn {
  const last = turn.content.at(-1)
  if (at < turns.length - 1 || turn.role === 'user' || typeof last?.text !== 'string') return turn
  return { ...turn, content: [...turn.content.slice(0, -1), { ...last, text: last.text.trimEnd() }] }
}

function toolsOf({ tools, tool_choice: choice, parallel_tool_calls: parallel }: Json): Json {
  if (!Array.isArray(tools) || tools.length === 0) return {}
  const chosen = choiceOf(choice)
  const single = parallel === false && chosen?.type !== 'none'
  return {
    tools: tools.map(toolOf),
    ...((chosen || single) && { tool_choice: { ...(chosen ?? { type: 'auto' }), ...(single && { disable_parallel_tool_use: true }) } }),
  }
}

function toolOf(tool: unknown, at: number): Json {
  const { type, function: made } = (tool ?? {}) as { type?: unknown; function?: Json }
  if (type !== 'function' || typeof made?.name !== 'string') throw refused(`tools.${at}`, 'this vendor takes tools of type function only')
  const { name, description, parameters, strict } = made
  return {
    name,
    ...(typeof description === 'string' && { description }),
    input_schema: { type: 'object', ...(typeof parameters === 'object' && parameters) },
    ...(strict === true && { strict }),
  }
}

function choiceOf(choice: unknown): Json | undefined {
  if (choice === 'required') return { type: 'any' }
  if (choice === 'auto' || choice === 'none') return { type: choice }
  const name = (choice as { function?: { name?: unknown } } | null | undefined)?.function?.name
  return typeof name === 'string' ? { type: 'tool', name } : undefined
}

function samplingOf({ temperature, top_p, top_k }: Json): Json {
  return {
    ...(typeof temperature === 'number' && { temperature: Math.min(1, temperature) }), // OpenAI's goes up to 2
    ...(typeof top_p === 'number' && { top_p }),
    ...(typeof top_k === 'number' && { top_k }),
  }
}

const budgets: Readonly<Record<string, number>> = { low: 1024, medium: 4096, high: 16_384, xhigh: 32_768 }
const leastBudget = 1024

/**
 * How hard to think, as a budget below the limit of the answer. Left out where the vendor would refuse it: an answer too short for a budget, a
 * forced tool, or a conversation in the middle of tool calls whose thinking, with its signature, went through a dialect that has no place for it.
 */
function thinkingOf(raw: Json, turns: readonly Turn[], maxTokens: number): Json {
  const given = raw.thinking as { type?: unknown } | undefined
  if (typeof given?.type === 'string' && given.type !== 'enabled') return { thinking: given }
  const wanted = given ? (given as { budget_tokens?: unknown }).budget_tokens : budgets[String(raw.reasoning_effort)]
  if (typeof wanted !== 'number') return {}
  const budget = Math.min(wanted, Math.floor(maxTokens / 2))
  const forced = raw.tool_choice !== undefined && raw.tool_choice !== 'auto' && raw.tool_choice !== 'none'
  const midway = turns.at(-1)?.content[0]?.type === 'tool_result'
  if (budget < leastBudget || forced || midway) return {}
  return { thinking: { type: 'enabled', budget_tokens: budget }, temperature: undefined, top_k: undefined }
}

/** A schema is the vendor's own output format; an object without one is asked for in words. */
function formatOf(format: unknown): { schema?: Json; told?: string } {
  const { type, json_schema: wanted } = (format ?? {}) as { type?: unknown; json_schema?: { schema?: Json } }
  if (type === 'json_object') return { told: 'Answer with one JSON object and nothing else.' }
  return type === 'json_schema' && wanted?.schema ? { schema: wanted.schema } : {}
}

const refused = (param: string, message: string) => new AppError('invalid_request', message, { details: { param } })
