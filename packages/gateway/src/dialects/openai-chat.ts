import type { ChatMessage, ChatRequest } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'

const invalid = (param: string, message: string) => new AppError('invalid_request', message, { details: { param } })

/** Known fields, checked and lifted out by hand; everything else stays in `raw`, and tools are not looked at. */
export function decodeChat(raw: Record<string, unknown>): ChatRequest {
  const { model, messages, stream } = raw
  if (typeof model !== 'string' || model === '') throw invalid('model', '"model" must be the name of a model')
  if (!Array.isArray(messages) || messages.length === 0) throw invalid('messages', '"messages" must be a list with at least one message')
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at] as ChatMessage | null
    if (typeof message !== 'object' || message === null || typeof message.role !== 'string')
      throw invalid(`messages.${at}`, `message ${at} must be an object with a "role"`)
  }
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') throw invalid('stream', '"stream" must be true or false')
  const maxTokens = limitOf(raw)
  const request = { operation: 'chat', model, messages: messages as ChatMessage[], stream: stream === true, raw } as const
  return maxTokens === undefined ? request : { ...request, maxTokens }
}

function limitOf(raw: Record<string, unknown>): number | undefined {
  const limit = raw.max_completion_tokens ?? raw.max_tokens
  if (limit === undefined || limit === null) return undefined
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1)
    throw invalid('max_tokens', 'the most tokens of an answer must be a whole number from 1')
  return limit
}
