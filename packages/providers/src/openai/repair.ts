import { AppError } from '@gatehouse/kernel'
import { dataOf } from '../frames.ts'
import { Shape } from './shape.ts'
import { errorIn } from './vendor-errors.ts'

type Json = Record<string, unknown>

/**
 * Frames as strict clients need them, one idea a rule: framed `data: …\n\n` and nothing else, always an object with `choices`, never reasoning and
 * content in one delta, reasoning under one name, every tool-call delta with its id, and no choice speaking after it has finished.
 * A frame that keeps all of them leaves as the very bytes that came.
 */
export class FrameRepair {
  #shape: Shape | undefined
  /** Ids of tool calls by choice and index. */
  #ids: Map<string, string> | undefined
  /** How each choice ended. */
  #finished: Map<unknown, string> | undefined
  #usage = false

  /** True when the vendor told what was used. */
  get toldUsage(): boolean {
    return this.#usage
  }

  /** A complete frame as it goes out. Throws the vendor's error as ours, and for what is no frame of a chat. */
  frame(frame: Buffer): Buffer | undefined {
    if (this.#shape?.fits(frame)) return frame
    const data = dataOf(frame)
    if (data === undefined) return isComment(frame) ? frame : undefined
    if (data.trim() === '[DONE]') return isPlain(frame) ? frame : Buffer.from('data: [DONE]\n\n')
    const source = parsed(data)
    const error = errorIn(source)
    if (error) throw error
    const repaired = this.#repaired(source)
    if (repaired.length > 1 || repaired[0] !== source) return Buffer.concat(repaired.map(written))
    if (!isPlain(frame)) return written(source)
    this.#learn(frame, source)
    return frame
  }

  /** The same object when nothing had to change. */
  #repaired(source: Json): Json[] {
    if (source.usage) this.#usage = true
    if (!Array.isArray(source.choices)) return [{ ...source, choices: [] }]
    const choices = (source.choices as unknown[]).flatMap((choice) => (isObject(choice) ? [choice] : []))
    let changed = choices.length !== source.choices.length
    const early: Json[] = []
    const kept: Json[] = []
    for (const choice of choices) {
      const delta = isObject(choice.delta) ? choice.delta : undefined
      const next = this.#ended(this.#withDelta(choice, delta && this.#delta(delta, choice.index)))
      changed ||= next !== choice
      if (!next) continue
      const halves = split(next)
      if (halves.length === 2) {
        changed = true
        early.push(halves[0]!)
      }
      kept.push(halves.at(-1)!)
    }
    if (!changed) return [source]
    const { usage: _, ...first } = source
    return [...(early.length ? [{ ...first, choices: early }] : []), { ...source, choices: kept }]
  }

  #withDelta(choice: Json, delta: Json | undefined): Json {
    return delta === undefined || delta === choice.delta ? choice : { ...choice, delta }
  }

  #delta(delta: Json, choice: unknown): Json {
    let next = delta
    if ('reasoning' in delta && typeof delta.reasoning === 'string') {
      const { reasoning, ...rest } = delta
      next = rest.reasoning_content ? rest : { ...rest, reasoning_content: reasoning }
    }
    const { tool_calls: calls } = next
    if (!Array.isArray(calls)) return next
    const stamped = calls.map((call, place) => (isObject(call) ? this.#stamped(call, `${choice} ${call.index ?? place}`) : call))
    return stamped.some((call, place) => call !== calls[place]) ? { ...next, tool_calls: stamped } : next
  }

  #stamped(call: Json, key: string): Json {
    if (typeof call.id === 'string' && call.id) {
      this.#ids ??= new Map()
      if (this.#ids.size < 1024) this.#ids.set(key, call.id)
      return call
    }
    const id = this.#ids?.get(key)
    return id === undefined ? call : { ...call, id }
  }

  /** A choice that has finished has said its last word: what is empty goes, what is not repeats how it ended. */
  #ended(choice: Json): Json | undefined {
    const { finish_reason: finish, index = 0 } = choice
    if (finish === '' || finish === 'null') return this.#ended({ ...choice, finish_reason: null })
    if (typeof finish === 'string') {
      this.#finished ??= new Map()
      if (this.#finished.size < 128) this.#finished.set(index, finish)
      return choice
    }
    const ended = this.#finished?.get(index)
    if (ended === undefined) return choice
    const says = Object.entries((choice.delta as Json | undefined) ?? {}).some(([name, value]) => name !== 'role' && Boolean(value))
    return says ? { ...choice, finish_reason: ended } : undefined
  }

  #learn(frame: Buffer, source: Json): void {
    this.#shape = undefined
    const [choice, ...more] = source.choices as Json[]
    const delta = choice?.delta as Json | undefined
    if (!delta || more.length > 0 || this.#finished || source.usage || Array.isArray(delta.tool_calls)) return
    for (const field of ['content', 'reasoning_content'] as const) {
      const text = delta[field]
      if (typeof text === 'string' && text) this.#shape = Shape.of(frame, field, text)
    }
  }
}

function split(choice: Json): Json[] {
  const delta = choice.delta as Json | undefined
  if (!delta?.reasoning_content || !delta.content) return [choice]
  const { reasoning_content, role, ...rest } = delta
  const first = { ...choice, delta: { ...(role !== undefined && { role }), reasoning_content }, finish_reason: null }
  return [first, { ...choice, delta: rest }]
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const written = (source: Json) => Buffer.from(`data: ${JSON.stringify(source)}\n\n`)
/** One `data: ` line and a blank line, with line feeds only: strict clients show nothing for any other framing. */
const isPlain = (frame: Buffer): boolean =>
  frame.toString('latin1', 0, 6) === 'data: ' && frame.indexOf(10) === frame.length - 2 && !frame.includes(13)
const isComment = (frame: Buffer): boolean => frame[0] === 58 && frame.indexOf(10) === frame.length - 2 && !frame.includes(13)

function parsed(data: string): Json {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch (cause) {
    throw new AppError('upstream_failed', 'the vendor sent something that is not JSON', { cause })
  }
  if (!isObject(value)) throw new AppError('upstream_failed', 'the vendor sent something that is not an object')
  return value
}
