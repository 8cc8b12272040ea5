import type { EventPayload } from '@gatehouse/contracts'
import { payloadOf } from '../openai/reply.ts'
import { type Block, Counted, isEmpty, type Message, type MessageEvent } from './reply.ts'

type Json = Record<string, unknown>

const finishes: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
}
export const finishOf = (reason: string | null | undefined): string => finishes[reason ?? ''] ?? 'stop'

/** The vendor's events as canonical ones: chunks as OpenAI would have sent them, which every encoder understands. */
export class ToChunks {
  readonly #counted: Counted
  #id = ''
  #model = ''
  readonly #created = Math.floor(Date.now() / 1000)
  /** The number of the tool call by the index of its block, and whether it has arguments yet. */
  readonly #calls = new Map<number, { readonly call: number; filled: boolean }>()

  constructor(counted: Counted) {
    this.#counted = counted
  }

  /** What one event says; undefined when it says nothing to such a caller. */
  take(event: MessageEvent): EventPayload | undefined {
    const chunk = this.#chunkOf(event)
    return chunk && payloadOf(chunk)
  }

  #chunkOf(event: MessageEvent): Json | undefined {
    const { type, index = 0, delta } = event
    if (type === 'message_start') return this.#begin(event.message)
    if (type === 'content_block_start') return this.#start(event.content_block ?? {}, index)
    if (type === 'content_block_stop') return this.#stop(index)
    if (type === 'message_delta') return delta?.stop_reason ? this.#chunk({}, finishOf(delta.stop_reason)) : undefined
    if (type === 'message_stop') return { ...this.#head(), choices: [], usage: usageOf(this.#counted) }
    if (type !== 'content_block_delta') return undefined
    if (delta?.type === 'text_delta') return this.#chunk({ content: delta.text })
    if (delta?.type === 'thinking_delta') return this.#chunk({ reasoning_content: delta.thinking })
    if (delta?.type !== 'input_json_delta' || !delta.partial_json) return undefined
    const known = this.#calls.get(index)
    if (!known) return undefined // of a tool the vendor runs itself
    known.filled = true
    return this.#chunk({ tool_calls: [{ index: known.call, function: { arguments: delta.partial_json } }] })
  }

  #begin(message: Message | null | undefined): Json {
    if (typeof message?.id === 'string') this.#id = message.id
    if (typeof message?.model === 'string') this.#model = message.model
    return this.#chunk({ role: 'assistant', content: '' })
  }

  #start(block: Block, index: number): Json | undefined {
    if (block.type === 'text') return block.text ? this.#chunk({ content: block.text }) : undefined
    if (block.type === 'thinking') return block.thinking ? this.#chunk({ reasoning_content: block.thinking }) : undefined
    if (block.type !== 'tool_use') return undefined
    const call = this.#calls.size
    const filled = !isEmpty(block.input)
    this.#calls.set(index, { call, filled })
    return this.#chunk({ tool_calls: [{ index: call, ...callOf(block, filled ? JSON.stringify(block.input) : '') }] })
  }

  /** A tool without arguments gets an empty object: clients parse what they were given. */
  #stop(index: number): Json | undefined {
    const known = this.#calls.get(index)
    if (!known || known.filled) return undefined
    return this.#chunk({ tool_calls: [{ index: known.call, function: { arguments: '{}' } }] })
  }

  #head(): Json {
    return { id: this.#id, object: 'chat.completion.chunk', created: this.#created, model: this.#model }
  }

  #chunk(delta: Json, finish: string | null = null): Json {
    return { ...this.#head(), choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] }
  }
}

const callOf = ({ id, name }: Block, text: string) => ({ id, type: 'function', function: { name, arguments: text } })

function usageOf(counted: Counted): Json {
  const { inputTokens = 0, outputTokens = 0 } = counted.usage ?? {}
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: counted.cached },
  }
}

/** A complete message as a chat completion. */
export function completionOf(message: Message): EventPayload {
  const blocks = (message.content ?? []).filter((block) => block !== null)
  const joined = (type: string, field: 'text' | 'thinking') =>
    blocks.map((block) => (block.type === type && typeof block[field] === 'string' ? block[field] : '')).join('')
  const calls = blocks.filter(({ type }) => type === 'tool_use').map((block) => callOf(block, JSON.stringify(block.input ?? {})))
  const reasoning = joined('thinking', 'thinking')
  const text = joined('text', 'text')
  const counted = new Counted()
  counted.add(message.usage)
  const said = {
    role: 'assistant',
    content: text || calls.length === 0 ? text : null,
    refusal: null,
    ...(reasoning && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return payloadOf({
    id: message.id,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: message.model,
    choices: [{ index: 0, message: said, logprobs: null, finish_reason: finishOf(message.stop_reason) }],
    usage: usageOf(counted),
  } as Json)
}
