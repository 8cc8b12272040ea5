import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, eventsOf, type Reply, type WholeReply } from '@gatehouse/kernel'
import { wholeReply } from './gathering.ts'

type Json = Record<string, unknown>
const mostCharacters = 32 * 1024 * 1024

/** A streamed answer as the complete one it would have been, for models that think in streams only. */
export async function aggregated(reply: Reply, request: ChatRequest): Promise<WholeReply> {
  const sum = new Aggregate()
  const events = eventsOf(reply)
  for (;;) {
    const { value, done } = await events.next()
    if (done) return wholeReply(Buffer.from(JSON.stringify(sum.completion(value.finish))), request)
    const { source } = value.payload
    if (isObject(source)) sum.add(source)
  }
}

class Aggregate {
  #head: Json = {}
  #usage: unknown
  #size = 0
  readonly #choices = new Map<number, { message: Json; calls: Map<number, Json>; finish: unknown }>()

  add({ choices, usage, ...head }: Json): void {
    this.#head = { ...head, ...this.#head }
    if (usage) this.#usage = usage
    for (const choice of listOf(choices)) this.#choice(choice)
    if (this.#size > mostCharacters) throw new AppError('upstream_failed', 'the answer is longer than 32 million characters')
  }

  completion(finish: string | undefined): Json {
    const choices = [...this.#choices].map(([index, { message, calls, finish: own }]) => ({
      index,
      message: { ...message, ...(calls.size > 0 && { tool_calls: [...calls.values()] }) },
      finish_reason: own ?? finish ?? 'stop',
    }))
    return { ...this.#head, object: 'chat.completion', choices, ...(this.#usage !== undefined && { usage: this.#usage }) }
  }

  #choice({ index = 0, delta, finish_reason: finish }: Json): void {
    if (typeof index !== 'number') return
    const known = this.#choices.get(index) ?? {
      message: { role: 'assistant', content: null },
      calls: new Map<number, Json>(),
      finish: undefined,
    }
    this.#choices.set(index, known)
    if (finish) known.finish = finish
    if (!isObject(delta)) return
    for (const name of ['content', 'reasoning_content', 'refusal']) this.#append(known.message, name, delta[name])
    for (const [place, call] of listOf(delta.tool_calls).entries())
      this.#call(known.calls, typeof call.index === 'number' ? call.index : place, call)
  }

  #call(calls: Map<number, Json>, at: number, { id, type, function: called }: Json): void {
    const call = calls.get(at) ?? { id, type: type ?? 'function', function: { name: '', arguments: '' } }
    calls.set(at, call)
    if (!isObject(called)) return
    const into = call.function as Json // made two lines above
    if (typeof called.name === 'string' && called.name) into.name = called.name
    this.#append(into, 'arguments', called.arguments)
  }

  #append(into: Json, name: string, text: unknown): void {
    if (typeof text !== 'string' || text === '') return
    into[name] = `${into[name] ?? ''}${text}`
    this.#size += text.length
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : [])
