import type { Citation, EventPayload, TextPart, Usage } from '@gatehouse/contracts'
import { AppError, type Outcome, ReplyEvent } from '@gatehouse/kernel'
import { openaiError } from './errors.ts'

type Json = Record<string, unknown>
const done = 'data: [DONE]\n\n'
const frame = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`
const mostGathered = 32 * 1024 * 1024

/** Writes events as OpenAI chat chunks, or gathers them into one completion. An event nobody changed leaves as the bytes it was read from. */
export class ChatEncoder {
  readonly #id: string
  readonly #model: string
  readonly #created = Math.floor(Date.now() / 1000)
  #role: { role: 'assistant' } | undefined = { role: 'assistant' }
  #citations: readonly (Citation & { readonly title?: string })[] | undefined
  #finish: string | undefined
  #usage: Usage | undefined
  #done = false
  /** For gathering: text by lane and index. */
  #texts: Map<string, string> | undefined
  #size = 0

  constructor(id: string, model: string) {
    this.#id = `chatcmpl-${id}`
    this.#model = model
  }

  /** A batch of events as it goes out; empty when nothing of it is for the caller. */
  frames(batch: readonly ReplyEvent[]): Buffer | string {
    if (batch.length === 1) return this.#frame(batch[0]!)
    const pieces = batch.map((event) => this.#frame(event)).filter((piece) => piece.length > 0)
    if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('')
    return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
  }

  #frame(event: ReplyEvent): Buffer | string {
    const { payload } = event
    if (payload.citations) this.#citations = titled(payload)
    this.#finish = payload.finish ?? this.#finish
    this.#usage = payload.usage ?? this.#usage
    if (payload.source === '[DONE]') this.#done = true
    if (event.bytes) return event.bytes as Buffer
    if (isObject(payload.source) && payload.kind !== 'error') return frame(patched(payload.source, payload.parts ?? []))
    return this.#written(payload)
  }

  /** Text and reasoning stand in frames of their own: some clients lose one of two. */
  #written({ kind, parts, finish, usage, source, app }: EventPayload): string {
    if (app || kind === 'error') return ''
    if (source === '[DONE]') return done
    let text = ''
    for (const part of parts ?? [])
      text += this.#chunk({ ...this.#take(), ...deltaOf(part) }, null, part.lane === 'tool-call' ? part.index >> 10 : part.index)
    if (finish !== undefined) text += this.#chunk({}, finish)
    if (usage) text += this.#usageFrame(usage)
    return text
  }

  #take(): { role: 'assistant' } | undefined {
    const role = this.#role
    this.#role = undefined
    return role
  }

  #chunk(delta: Json, finish: string | null, index = 0): string {
    const extra = finish !== null && this.#citations?.length ? { citations: this.#citations } : undefined
    return frame({ ...this.#head('chat.completion.chunk'), choices: [{ index, delta, logprobs: null, finish_reason: finish }], ...extra })
  }

  #usageFrame(usage: Usage): string {
    return frame({ ...this.#head('chat.completion.chunk'), choices: [], usage: usageOf(usage) })
  }

  #head(object: string): Json {
    return { id: this.#id, object, created: this.#created, model: this.#model }
  }

  /** A complete answer to a call that asked for a stream: the same content, written as chunks. */
  wholeFrames(event: ReplyEvent): Buffer | string {
    const { source: _, ...payload } = event.payload
    return this.frames([new ReplyEvent(payload)])
  }

  /** What is still missing at the end of a stream of events: the finish, the usage, `[DONE]`; or the error in its place. */
  ending(outcome: Outcome, language: 'en' | 'zh'): string {
    if (outcome.end === 'blocked') return this.refusalFrames(outcome, language)
    if (outcome.error) return errorFrame(outcome.error)
    if (this.#done) return ''
    let text = ''
    if (this.#finish === undefined) text += this.#chunk({ ...this.#take() }, outcome.finish ?? 'stop')
    if (!this.#usage && outcome.usage) text += this.#usageFrame(outcome.usage)
    return text + done
  }

  /** A refusal is an answer here: the policy's plain words, with finish reason content_filter. */
  refusalFrames(outcome: Outcome, language: 'en' | 'zh'): string {
    const said = this.#chunk({ ...this.#take(), content: refusalText(outcome.error, language) }, null)
    return said + this.#chunk({}, 'content_filter') + this.#usageFrame(outcome.usage ?? nothingUsed) + done
  }

  refusalBody(outcome: Outcome, language: 'en' | 'zh'): string {
    const message = { role: 'assistant', content: refusalText(outcome.error, language), refusal: null }
    return JSON.stringify(
      this.#completion([{ index: 0, message, logprobs: null, finish_reason: 'content_filter' }], outcome.usage ?? nothingUsed),
    )
  }

  /** A complete answer as it goes out. */
  whole(event: ReplyEvent): Buffer | string {
    if (event.bytes) return event.bytes as Buffer
    const { source, parts = [] } = event.payload
    if (isObject(source)) return JSON.stringify(patched(source, parts))
    this.gather([event])
    return this.gathered({ end: 'complete', ...(event.payload.finish !== undefined && { finish: event.payload.finish }) })
  }

  /** Keeps the text of events for one completion. */
  gather(batch: readonly ReplyEvent[]): void {
    for (const event of batch) {
      const { payload } = event
      if (payload.citations) this.#citations = titled(payload)
      this.#finish = payload.finish ?? this.#finish
      this.#usage = payload.usage ?? this.#usage
      for (const { lane, index, text } of event.parts) {
        const key = `${lane} ${index}`
        this.#texts ??= new Map()
        this.#texts.set(key, (this.#texts.get(key) ?? '') + text)
        this.#size += text.length
      }
    }
    if (this.#size > mostGathered) throw new AppError('upstream_failed', 'the answer is longer than 32 million characters')
  }

  gathered(outcome: Outcome): string {
    const reasoning = this.#texts?.get('reasoning 0')
    const message = {
      role: 'assistant',
      content: this.#texts?.get('text 0') ?? '',
      refusal: null,
      ...(reasoning && { reasoning_content: reasoning }),
    }
    const choice = { index: 0, message, logprobs: null, finish_reason: this.#finish ?? outcome.finish ?? 'stop' }
    return JSON.stringify(this.#completion([choice], this.#usage ?? outcome.usage))
  }

  #completion(choices: readonly unknown[], usage: Usage | undefined): Json {
    return {
      ...this.#head('chat.completion'),
      choices,
      ...(usage && { usage: usageOf(usage) }),
      ...(this.#citations?.length && { citations: this.#citations }),
    }
  }
}

const nothingUsed: Usage = { inputTokens: 0, outputTokens: 0, source: 'estimated' }
const usageOf = ({ inputTokens, outputTokens }: Usage) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
})
/** What a source is called and where in it the passage stands, for whoever was just answered from it. */
const titled = ({ citations = [], titles }: EventPayload) =>
  citations.map((citation) => {
    const { title, place } = titles?.find(({ n }) => n === citation.n) ?? {}
    return { ...citation, ...(title && { title }), ...(place && { place }) }
  })

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

export const errorFrame = (error: AppError): string => frame({ error: openaiError(error) })

export function refusalText(error: AppError | undefined, language: 'en' | 'zh'): string {
  const message = error?.details.message as { en?: unknown; zh?: unknown } | undefined
  const text = message?.[language] ?? message?.en
  return typeof text === 'string' ? text : 'This request was refused by the security policy.'
}

function deltaOf({ lane, index, text }: TextPart): Json {
  if (lane === 'text') return { content: text }
  if (lane === 'reasoning') return { reasoning_content: text }
  return { tool_calls: [{ index: index & 1023, function: { arguments: text } }] }
}

/** The vendor's frame with other texts in the places where it had some; every other field stays. */
function patched(source: Json, parts: readonly TextPart[]): Json {
  const textAt = (lane: TextPart['lane'], index: number) =>
    parts.reduce((text, part) => (part.lane === lane && part.index === index ? text + part.text : text), '')
  const choices = (Array.isArray(source.choices) ? (source.choices as readonly Json[]) : undefined)?.map((choice) => {
    if (!isObject(choice)) return choice
    const index = numberOf(choice.index, 0)
    const field = isObject(choice.delta) ? 'delta' : 'message'
    const said = choice[field]
    if (!isObject(said)) return choice
    const changed: Json = { ...said }
    if (typeof said.content === 'string') changed.content = textAt('text', index)
    else if (typeof said.refusal === 'string') changed.refusal = textAt('text', index)
    for (const name of ['reasoning_content', 'reasoning']) if (typeof said[name] === 'string') changed[name] = textAt('reasoning', index)
    if (Array.isArray(said.tool_calls))
      changed.tool_calls = said.tool_calls.map((call: Json | null, position) => {
        if (!isObject(call) || !isObject(call.function) || typeof call.function.arguments !== 'string') return call
        const at = index * 1024 + numberOf(call.index, position)
        return { ...call, function: { ...call.function, arguments: textAt('tool-call', at) } }
      })
    return { ...choice, [field]: changed }
  })
  return choices ? { ...source, choices } : source
}

/** As the provider reads indexes: one that is none of a choice or call counts by its place. */
const numberOf = (index: unknown, otherwise: number): number =>
  typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < 1024 ? index : otherwise
