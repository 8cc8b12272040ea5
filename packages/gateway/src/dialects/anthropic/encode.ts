import type { EventPayload, Usage } from '@gatehouse/contracts'
import { AppError, type Outcome, type ReplyEvent } from '@gatehouse/kernel'
import type { ReplyEncoder } from '../codec.ts'
import { anthropicError } from '../errors.ts'
import { refusalText } from '../openai-encode.ts'
import { Blocks, type Json } from './blocks.ts'
import { frame } from './frames.ts'
import { Gathered } from './gathered.ts'

const mostGathered = 32 * 1024 * 1024

/** Writes canonical events as the Messages API's frames, or gathers them into one message. */
export class MessagesEncoder implements ReplyEncoder {
  readonly #id: string
  readonly #model: string
  #out = ''
  #begun = false
  #finish: string | undefined
  #usage: Usage | undefined
  #cached = 0
  readonly #blocks = new Blocks({
    start: (index, block) => this.#write({ type: 'content_block_start', index, content_block: block }),
    delta: (index, delta) => this.#write({ type: 'content_block_delta', index, delta }),
    stop: (index) => this.#write({ type: 'content_block_stop', index }),
  })
  readonly #gathered = new Gathered()
  readonly #whole = new Blocks(this.#gathered)

  constructor(id: string, model: string) {
    this.#id = `msg_${id}`
    this.#model = model
  }

  frames(batch: readonly ReplyEvent[]): string {
    for (const { payload } of batch) {
      if (payload.kind === 'error' || payload.app) continue
      this.#begin()
      this.#note(payload)
      this.#blocks.take(payload)
    }
    return this.#taken()
  }

  wholeFrames(event: ReplyEvent): string {
    return this.frames([event])
  }

  ending(outcome: Outcome, language: 'en' | 'zh'): string {
    if (outcome.end === 'blocked') return this.refusalFrames(outcome, language)
    if (outcome.error) return frame(anthropicError(outcome.error, this.#id.slice(4)))
    this.#begin()
    this.#blocks.finish()
    return this.#stopped(this.#reason(outcome, this.#blocks), this.#usage ?? outcome.usage)
  }

  /** A refusal is an answer: the policy's plain words behind what was said before, with stop reason refusal. */
  refusalFrames(outcome: Outcome, language: 'en' | 'zh'): string {
    this.#begin()
    this.#blocks.add(refusalText(outcome.error, language))
    return this.#stopped('refusal', outcome.usage ?? this.#usage)
  }

  refusalBody(outcome: Outcome, language: 'en' | 'zh'): string {
    return this.#message([{ type: 'text', text: refusalText(outcome.error, language) }], 'refusal', outcome.usage)
  }

  whole(event: ReplyEvent): string {
    this.gather([event])
    return this.gathered({ end: 'complete' })
  }

  gather(batch: readonly ReplyEvent[]): void {
    for (const { payload } of batch) {
      this.#note(payload)
      this.#whole.take(payload)
    }
    if (this.#gathered.size > mostGathered) throw new AppError('upstream_failed', 'the answer is longer than 32 million characters')
  }

  gathered(outcome: Outcome): string {
    this.#whole.finish()
    return this.#message(this.#gathered.content, this.#reason(outcome, this.#whole), this.#usage ?? outcome.usage)
  }

  #note({ finish, usage, source }: EventPayload): void {
    this.#finish = finish ?? this.#finish
    this.#usage = usage ?? this.#usage
    const details = ((source as Json | undefined)?.usage as Json | null | undefined)?.prompt_tokens_details as Json | null | undefined
    if (typeof details?.cached_tokens === 'number') this.#cached = details.cached_tokens
  }

  #reason({ finish }: Outcome, blocks: Blocks): string {
    const said = this.#finish ?? finish ?? 'stop'
    if (said === 'length') return 'max_tokens'
    if (said === 'content_filter') return 'refusal'
    return said === 'tool_calls' || said === 'function_call' || blocks.hasCalls ? 'tool_use' : 'end_turn'
  }

  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#write({ type: 'message_start', message: this.#head([], null, undefined) })
  }

  #stopped(reason: string, usage: Usage | undefined): string {
    this.#write({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: this.#counts(usage) })
    this.#write({ type: 'message_stop' })
    return this.#taken()
  }

  #message(content: readonly Json[], reason: string, usage: Usage | undefined): string {
    return JSON.stringify(this.#head(content, reason, usage))
  }

  #head(content: readonly Json[], reason: string | null, usage: Usage | undefined): Json {
    const facts = { stop_reason: reason, stop_sequence: null, usage: this.#counts(usage) }
    return { id: this.#id, type: 'message', role: 'assistant', model: this.#model, content, ...facts }
  }

  /** What came out of a cache is counted apart here, and with the rest elsewhere. */
  #counts(usage: Usage | undefined): Json {
    const cached = usage ? Math.min(this.#cached, usage.inputTokens) : 0
    return {
      input_tokens: (usage?.inputTokens ?? 0) - cached,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cached,
      output_tokens: usage?.outputTokens ?? 0,
    }
  }

  #write(body: Json): void {
    this.#out += frame(body)
  }

  #taken(): string {
    const out = this.#out
    this.#out = ''
    return out
  }
}
