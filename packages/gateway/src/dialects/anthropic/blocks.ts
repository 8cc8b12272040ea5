import type { EventPayload, TextPart } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'

export type Json = Readonly<Record<string, unknown>>

/** Where the blocks of an answer go: into frames, or into one message. */
export interface BlockSink {
  start(index: number, block: Json): void
  delta(index: number, delta: Json): void
  stop(index: number): void
}
interface Call {
  readonly id: string
  readonly name: string
  pending: string
  done: boolean
}

const mostHeld = 32 * 1024 * 1024
const emptyText = { type: 'text', text: '' }
const emptyThinking = { type: 'thinking', thinking: '', signature: '' }

/**
 * Makes a row of content blocks out of events in which text, reasoning and tool calls may alternate: one block is open at a time. The tool call
 * that is open goes out as it comes; what belongs to others, or is said meanwhile, waits until it is over.
 */
export class Blocks {
  readonly #sink: BlockSink
  #index = -1
  #open: 'text' | 'reasoning' | Call | undefined
  readonly #calls = new Map<number, Call>()
  #late: TextPart[] = []
  #held = 0

  constructor(sink: BlockSink) {
    this.#sink = sink
  }

  /** Only the first choice: a message has one answer. Reasoning comes first where an event has both. */
  take(payload: EventPayload): void {
    const { parts = [], source } = payload
    for (const part of parts) if (part.lane === 'reasoning' && part.index === 0) this.#say(part)
    for (const part of parts) if (part.lane === 'text' && part.index === 0) this.#say(part)
    for (const [number, call] of callsIn(source)) this.#announce(number, call)
    for (const part of parts) if (part.lane === 'tool-call' && part.index < 1024) this.#fill(part)
  }

  get hasCalls(): boolean {
    return this.#calls.size > 0
  }

  /** Closes what is open and lets go what waited, calls in their order. */
  finish(): void {
    this.#close()
    for (const call of this.#calls.values())
      if (!call.done) {
        this.#begin(call)
        this.#close()
      }
    const late = this.#late
    this.#late = []
    for (const part of late) this.#write(part)
    this.#close()
  }

  /** A text of our own behind everything else. */
  add(text: string): void {
    this.#close()
    this.#write({ lane: 'text', index: 0, text })
    this.#close()
  }

  #say(part: TextPart): void {
    if (typeof this.#open !== 'object') this.#write(part)
    else {
      this.#hold(part.text)
      this.#late.push(part)
    }
  }

  #write({ lane, text }: TextPart): void {
    const kind = lane === 'reasoning' ? 'reasoning' : 'text'
    if (this.#open !== kind) {
      this.#close()
      this.#open = kind
      this.#sink.start(++this.#index, kind === 'text' ? emptyText : emptyThinking)
    }
    this.#sink.delta(this.#index, kind === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text })
  }

  #announce(number: number, { id, name }: { id: unknown; name: unknown }): void {
    if (this.#calls.has(number)) return
    const call = {
      id: typeof id === 'string' && id ? id : `toolu_${number}`,
      name: typeof name === 'string' ? name : '',
      pending: '',
      done: false,
    }
    this.#calls.set(number, call)
    if (typeof this.#open !== 'object') this.#begin(call)
  }

  #begin(call: Call): void {
    this.#close()
    this.#open = call
    this.#sink.start(++this.#index, { type: 'tool_use', id: call.id, name: call.name, input: {} })
    this.#json(call.pending)
    call.pending = ''
  }

  #fill({ index, text }: TextPart): void {
    const call = this.#calls.get(index)
    if (!call) throw new AppError('upstream_failed', 'the vendor sent arguments of a tool call it had not begun')
    if (this.#open === call) this.#json(text)
    else {
      this.#hold(text)
      call.pending += text
    }
  }

  #json(text: string): void {
    if (text) this.#sink.delta(this.#index, { type: 'input_json_delta', partial_json: text })
  }

  #close(): void {
    if (this.#open === undefined) return
    if (typeof this.#open === 'object') this.#open.done = true
    this.#open = undefined
    this.#sink.stop(this.#index)
  }

  #hold(text: string): void {
    this.#held += text.length
    if (this.#held > mostHeld) throw new AppError('upstream_failed', 'the answer is longer than 32 million characters')
  }
}

/** Tool calls that an event begins, by number: their names stand only in the canonical source. */
function callsIn(source: unknown): [number, { id: unknown; name: unknown }][] {
  const { choices } = (source ?? {}) as { choices?: unknown }
  if (!Array.isArray(choices)) return []
  const choice = (choices as (Json | null)[]).find((each) => each && (each.index ?? 0) === 0)
  const calls = ((choice?.delta ?? choice?.message) as Json | null | undefined)?.tool_calls
  if (!Array.isArray(calls)) return []
  return (calls as (Json | null)[]).flatMap((call, at): [number, { id: unknown; name: unknown }][] => {
    const number = typeof call?.index === 'number' && Number.isInteger(call.index) && call.index >= 0 && call.index < 1024 ? call.index : at
    return call ? [[number, { id: call.id, name: (call.function as Json | null | undefined)?.name }]] : []
  })
}
