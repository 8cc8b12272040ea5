import type { AppError, Outcome, ReplyEvent } from '@gatehouse/kernel'
import type { Dialect } from '../paths.ts'
import { statusIn } from './errors.ts'
import { ChatEncoder } from './openai-encode.ts'

/** Writes one reply in the caller's dialect: as a stream of frames, or gathered into one body. */
export interface ReplyEncoder {
  /** A batch of events as it goes out; empty when nothing of it is for the caller. */
  frames(batch: readonly ReplyEvent[]): Buffer | string
  /** A complete answer to a call that asked for a stream. */
  wholeFrames(event: ReplyEvent): Buffer | string
  /** What is still missing at the end of a stream, or the error in its place. */
  ending(outcome: Outcome, language: 'en' | 'zh'): string
  refusalFrames(outcome: Outcome, language: 'en' | 'zh'): string
  refusalBody(outcome: Outcome, language: 'en' | 'zh'): string
  /** A complete answer as it goes out. */
  whole(event: ReplyEvent): Buffer | string
  /** Keeps events for one body. */
  gather(batch: readonly ReplyEvent[]): void
  gathered(outcome: Outcome): string
}

/** How chat calls of one dialect are answered. */
export interface ChatCodec {
  readonly dialect: Dialect
  /** Goes out in the silence of a stream. */
  readonly ping: string
  /** True when bytes of any reply may go out as they come: every other dialect's replies reach it as events. */
  readonly takesBytes: boolean
  statusOf(error: AppError): number
  /** Headers beside the usual ones. */
  headers(id: string): readonly string[]
  /** `from` is the dialect of the reply, as far as there is one. */
  encoder(id: string, model: string, from: string | undefined): ReplyEncoder
}

const noHeaders: readonly string[] = []
/** The canonical dialect: providers answer in it unless they are asked in their own. */
export const openaiCodec: ChatCodec = {
  dialect: 'openai-chat',
  ping: ': ping\n\n',
  takesBytes: true,
  statusOf: statusIn,
  headers: () => noHeaders,
  encoder: (id, model) => new ChatEncoder(id, model),
}
