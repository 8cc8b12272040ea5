import type { EventPayload, TextPart } from '@gatehouse/contracts'
import { type AppError, type Face, type Outcome, type Reply, ReplyEvent, type ReplySink, WholeReply } from '@gatehouse/kernel'

/** Where a model's reasoning goes: into a field of its own as it came, in front of the answer between `<think>` and `</think>`, or nowhere. */
export type ReasoningMode = 'separate' | 'inline' | 'none'
type Json = Record<string, unknown>
/** Answers in a dialect of their own go to callers of that dialect, which has its own place for reasoning. */
const canonical = 'openai-chat'

/** A reply whose reasoning is where the route wants it. Events without reasoning pass as they are. */
export function withReasoning(reply: Reply, mode: ReasoningMode): Reply {
  if (mode === 'separate' || reply.dialect !== canonical) return reply
  const placing = new Placing(mode)
  if (reply.whole && reply.outcome) {
    const [event] = placing.events([reply.whole])
    return event === reply.whole || !event ? reply : new WholeReply(reply.dialect, event, reply.outcome, reply.status)
  }
  return new PlacedReply(reply, placing)
}

class PlacedReply implements Reply, ReplySink {
  readonly status: number
  readonly dialect: string
  readonly #inner: Reply
  readonly #placing: Placing
  #sink: ReplySink | undefined

  constructor(inner: Reply, placing: Placing) {
    this.#inner = inner
    this.#placing = placing
    this.status = inner.status
    this.dialect = inner.dialect
  }

  pipe(sink: ReplySink, _face: Face): void {
    this.#sink = sink
    this.#inner.pipe(this, 'events')
  }
  events(batch: readonly ReplyEvent[]): boolean {
    const placed = this.#placing.events(batch)
    return placed.length === 0 || this.#sink!.events(placed)
  }
  end(outcome: Outcome): void {
    this.#sink!.end(outcome)
  }
  pause(): void {
    this.#inner.pause()
  }
  resume(): void {
    this.#inner.resume()
  }
  cancel(reason: AppError): void {
    this.#inner.cancel(reason)
  }
}

class Placing {
  readonly #mode: ReasoningMode
  /** Choices in the middle of their reasoning. */
  readonly #thinking = new Set<number>()

  constructor(mode: ReasoningMode) {
    this.#mode = mode
  }

  events(batch: readonly ReplyEvent[]): readonly ReplyEvent[] {
    return batch.flatMap((event) => this.#event(event))
  }

  #event(event: ReplyEvent): readonly ReplyEvent[] {
    const { parts, payload } = event
    const isAffected = parts.some(({ lane }) => lane === 'reasoning') || (this.#thinking.size > 0 && (parts.length > 0 || payload.finish))
    if (!isAffected) return [event]
    const placed = this.#parts(parts, payload.finish !== undefined || payload.kind === 'tool-call' || hasMessages(payload.source))
    const says = placed.length > 0 || payload.finish !== undefined || payload.usage !== undefined
    if (!says) return []
    return [new ReplyEvent({ ...payload, kind: kindOf(payload, placed), parts: placed, source: sourceWith(payload.source, placed) })]
  }

  #parts(parts: readonly TextPart[], closes: boolean): TextPart[] {
    const placed: TextPart[] = []
    for (const part of parts) {
      if (part.lane !== 'reasoning') {
        const index = part.lane === 'tool-call' ? part.index >> 10 : part.index
        if (this.#thinking.delete(index)) join(placed, index, '</think>')
        if (part.lane === 'text') join(placed, part.index, part.text)
        else placed.push(part)
      } else if (this.#mode === 'inline') {
        // in a whole answer the text stands before the reasoning
        const said = placed.findIndex(({ lane, index }) => lane === 'text' && index === part.index)
        const before = said < 0 ? undefined : placed.splice(said, 1)[0]
        join(placed, part.index, this.#thinking.has(part.index) ? part.text : `<think>${part.text}`)
        this.#thinking.add(part.index)
        if (before && this.#thinking.delete(part.index)) join(placed, part.index, `</think>${before.text}`)
      }
    }
    if (closes) for (const index of this.#thinking) join(placed, index, '</think>')
    if (closes) this.#thinking.clear()
    return placed
  }
}

function join(parts: TextPart[], index: number, text: string): void {
  const at = parts.findIndex((part) => part.lane === 'text' && part.index === index)
  if (at < 0) parts.push({ lane: 'text', index, text })
  else parts[at] = { ...parts[at]!, text: parts[at]!.text + text }
}

const kindOf = ({ kind, usage, finish }: EventPayload, parts: readonly TextPart[]): EventPayload['kind'] =>
  kind !== 'reasoning' && kind !== 'text' ? kind : (parts[0]?.lane ?? (usage ? 'usage' : finish ? 'finish' : 'raw'))

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const choicesOf = (source: unknown): readonly unknown[] => (isObject(source) && Array.isArray(source.choices) ? source.choices : [])
const hasMessages = (source: unknown) => choicesOf(source).some((choice) => isObject(choice) && isObject(choice.message))

/** The vendor's frame without fields for reasoning, its text where the parts say. */
function sourceWith(source: unknown, parts: readonly TextPart[]): unknown {
  if (!isObject(source) || !Array.isArray(source.choices)) return source
  const choices = source.choices.map((choice: unknown, place) => {
    if (!isObject(choice)) return choice
    const field = isObject(choice.delta) ? 'delta' : 'message'
    const said = choice[field]
    if (!isObject(said)) return choice
    const { reasoning_content: _, reasoning: __, ...rest } = said
    const index = typeof choice.index === 'number' ? choice.index : place
    const text = parts.find((part) => part.lane === 'text' && part.index === index)?.text
    return { ...choice, [field]: text === undefined ? rest : { ...rest, content: text } }
  })
  return { ...source, choices }
}
