import type { Outcome, ReplyEvent } from '@gatehouse/kernel'
import type { ReplyEncoder } from '../codec.ts'
import { refusalText } from '../openai-encode.ts'
import type { Json } from './blocks.ts'
import { MessagesEncoder } from './encode.ts'
import { blockFrames, frame, framesOf } from './frames.ts'
import { patched } from './patched.ts'

/** Replies that are in this dialect already. */
export class OwnEncoder implements ReplyEncoder {
  readonly #made: MessagesEncoder
  #begun = false
  /** The block that is open. */
  #open: number | undefined
  #next = 0

  constructor(id: string, model: string) {
    this.#made = new MessagesEncoder(id, model)
  }

  frames(batch: readonly ReplyEvent[]): Buffer {
    return Buffer.concat(batch.map((event) => this.#frame(event)))
  }

  wholeFrames(event: ReplyEvent): string {
    return framesOf(this.#patched(event))
  }

  ending(outcome: Outcome, language: 'en' | 'zh'): string {
    if (outcome.end === 'blocked') return this.refusalFrames(outcome, language)
    return outcome.error ? this.#made.ending(outcome, language) : '' // the vendor has said message_stop itself
  }

  refusalFrames(outcome: Outcome, language: 'en' | 'zh'): string {
    if (!this.#begun) return this.#made.refusalFrames(outcome, language)
    const { inputTokens = 0, outputTokens = 0 } = outcome.usage ?? {}
    const index = this.#next
    let text = this.#open === undefined ? '' : frame({ type: 'content_block_stop', index: this.#open })
    text += blockFrames(index, { type: 'text', text: '' }, [{ type: 'text_delta', text: refusalText(outcome.error, language) }])
    const usage = { input_tokens: inputTokens, output_tokens: outputTokens }
    text += frame({ type: 'message_delta', delta: { stop_reason: 'refusal', stop_sequence: null }, usage })
    return text + frame({ type: 'message_stop' })
  }

  refusalBody(outcome: Outcome, language: 'en' | 'zh'): string {
    return this.#made.refusalBody(outcome, language)
  }

  whole(event: ReplyEvent): Buffer | string {
    return (event.bytes as Buffer | undefined) ?? JSON.stringify(this.#patched(event))
  }

  gather(batch: readonly ReplyEvent[]): void {
    this.#made.gather(batch)
  }

  gathered(outcome: Outcome): string {
    return this.#made.gathered(outcome)
  }

  #frame(event: ReplyEvent): Buffer {
    const { payload } = event
    if (payload.kind === 'error') return Buffer.alloc(0)
    const source = (payload.source ?? {}) as Json
    if (source.type === 'message_start') this.#begun = true
    if (source.type === 'content_block_start' && typeof source.index === 'number') {
      this.#open = source.index
      this.#next = source.index + 1
    }
    if (source.type === 'content_block_stop') this.#open = undefined
    return (event.bytes as Buffer | undefined) ?? Buffer.from(frame(this.#patched(event)))
  }

  #patched({ payload }: ReplyEvent): Json {
    return patched({ ...(payload.source as Json) }, payload.parts ?? [])
  }
}
