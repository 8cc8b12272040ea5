import type { ChatDialect, ChatMessage, ChatRequest, EventPayload } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'
import { canonicalBody } from './canonical.ts'
import { mapBody } from './texts.ts'

const invalid = (param: string, message: string) => new AppError('invalid_request', message, { details: { param } })

const translated = new WeakMap<object, ReturnType<typeof canonicalBody>>()
/** Anthropic's Messages, as far as layers and providers have to know it. */
export const messagesDialect: ChatDialect = {
  name: 'anthropic',
  canonical(raw) {
    const known = translated.get(raw)
    if (known) return known
    const body = canonicalBody(raw)
    translated.set(raw, body)
    return body
  },
  mapTexts: mapBody,
}

/** Known fields, checked and lifted out by hand; everything else stays in `raw`. Without a limit the route's own is sent on. */
export function decodeMessages(raw: Record<string, unknown>): ChatRequest {
  const { model, messages, stream, system, max_tokens: maxTokens } = raw
  if (typeof model !== 'string' || model === '') throw invalid('model', '"model" must be the name of a model')
  if (!Array.isArray(messages) || messages.length === 0) throw invalid('messages', '"messages" must be a list with at least one message')
  messages.forEach(checkMessage)
  if (system !== undefined && typeof system !== 'string' && !Array.isArray(system))
    throw invalid('system', '"system" must be a text or a list of text blocks')
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') throw invalid('stream', '"stream" must be true or false')
  const request = {
    operation: 'chat',
    model,
    messages: messages as ChatMessage[],
    stream: stream === true,
    raw,
    dialect: messagesDialect,
  } as const
  if (maxTokens === undefined || maxTokens === null) return request
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens) || maxTokens < 1)
    throw invalid('max_tokens', '"max_tokens" must be a whole number from 1')
  return { ...request, maxTokens }
}

function checkMessage(message: unknown, at: number): void {
  const { role, content } = (message ?? {}) as Partial<ChatMessage>
  if (role !== 'user' && role !== 'assistant' && role !== 'system')
    throw invalid(`messages.${at}`, `message ${at} must be an object with the role user or assistant`)
  if (typeof content !== 'string' && !Array.isArray(content))
    throw invalid(`messages.${at}`, `the content of message ${at} must be a text or a list of blocks`)
}

/** A question for the number of tokens: one token is all it may cost. */
export function decodeCount(raw: Record<string, unknown>): ChatRequest {
  const { max_tokens: _, stream: __, ...rest } = raw
  return { ...decodeMessages(rest), counts: true, maxTokens: 1 }
}

/** Beta features the caller asked for: for a vendor of this dialect only. */
export function withBeta(request: ChatRequest, beta: string | string[] | undefined): ChatRequest {
  const names = Array.isArray(beta) ? beta.join(',') : beta
  return names && /^[\w.,\- ]{1,1000}$/.test(names) ? { ...request, headers: { 'anthropic-beta': names } } : request
}

/** Whom the caller says it asks for. */
export function userOf({ raw }: Pick<ChatRequest, 'raw'>): unknown {
  return (raw.metadata as { user_id?: unknown } | null | undefined)?.user_id
}

/** How many tokens; ours is an estimate and says so. */
export function encodeCount({ usage }: EventPayload): string {
  return JSON.stringify({ input_tokens: usage?.inputTokens ?? 0, ...(usage?.source !== 'provider' && { estimated: true }) })
}
