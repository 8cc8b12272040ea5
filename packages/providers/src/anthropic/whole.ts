import type { ChatRequest } from '@gatehouse/contracts'
import { AppError, ReplyEvent, WholeReply } from '@gatehouse/kernel'
import { textOf } from '../openai/gathering.ts'
import { estimated } from '../openai/handling.ts'
import { completionOf } from './chunks.ts'
import { errorIn, type Message, type MessageEvent, messagePayload, parsed } from './reply.ts'

/** A complete message: the very bytes for a caller of the same dialect, a chat completion for any other. */
export function wholeReply(body: Uint8Array, request: ChatRequest): WholeReply {
  const message = messageIn(body)
  const payload = request.dialect ? messagePayload(message) : completionOf(message)
  const usage = payload.usage ?? estimated(request, Math.ceil(body.length / 4))
  const outcome = { end: 'complete', usage, ...(payload.finish !== undefined && { finish: payload.finish }) } as const
  if (!request.dialect) return new WholeReply('openai-chat', new ReplyEvent(payload), outcome)
  return new WholeReply(request.dialect.name, new ReplyEvent(body, () => payload), outcome)
}

function messageIn(body: Uint8Array): Message {
  const value = parsed(textOf(body)) as MessageEvent & Message
  if (value.type === 'error') throw errorIn(value)
  if (!Array.isArray(value.content)) throw new AppError('upstream_failed', 'the vendor sent something that is no message')
  return value
}

/** The answer to a question for the number of tokens. */
export function countReply(body: Uint8Array): WholeReply {
  const { input_tokens: inputTokens } = parsed(textOf(body)) as { input_tokens?: unknown }
  if (typeof inputTokens !== 'number') throw new AppError('upstream_failed', 'the vendor sent something that is no number of tokens')
  const usage = { inputTokens, outputTokens: 0, source: 'provider' } as const
  return new WholeReply('anthropic', new ReplyEvent({ kind: 'usage', usage }), { end: 'complete' })
}
