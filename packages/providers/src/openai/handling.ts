import type { ChatRequest, Usage } from '@gatehouse/contracts'
import { AppError, type UpstreamControl, type UpstreamHandler } from '@gatehouse/kernel'

export const dialect = 'openai-chat'

/** A handler that can stop what it handles. */
export interface Handling extends UpstreamHandler {
  control?: UpstreamControl
}

/** A refusal by the vendor as our error. Its body is never repeated: it may hold the prompt, a key or a host name. */
export function refusal(status: number, headers: Readonly<Record<string, string>>, word: string | undefined): AppError {
  const details = { upstream: status, ...(headers['retry-after'] !== undefined && { retryAfter: headers['retry-after'] }) }
  const why = word ? `${status}, ${word}` : `${status}`
  if (status === 429) return new AppError('quota_exceeded', 'the vendor accepts no more requests for now', { details })
  if (status === 401 || status === 403)
    return new AppError('upstream_failed', `the vendor did not accept our credential (${why})`, { details })
  if (status >= 400 && status < 500 && status !== 408)
    return new AppError('invalid_request', `the vendor refused the request (${why})`, { details })
  return new AppError('upstream_failed', `the vendor failed (${why})`, { details })
}

/** Only a plain word like `context_length_exceeded` or `Throttling.RateQuota`, never a sentence. */
export function wordOf(body: string): string | undefined {
  try {
    const { error, code } = JSON.parse(body) as { error?: { code?: unknown; type?: unknown }; code?: unknown }
    return [error?.code, error?.type, code].find(
      (word): word is string => typeof word === 'string' && /^[A-Za-z][A-Za-z0-9_.-]{1,63}$/.test(word),
    )
  } catch {
    return undefined
  }
}

/** For vendors that report none. Three bytes a token is near for English and for Chinese. */
export const estimated = (request: ChatRequest, outputTokens: number): Usage => ({
  inputTokens: Math.ceil(Buffer.byteLength(JSON.stringify(request.messages)) / 3),
  outputTokens,
  source: 'estimated',
})

/** Usage in the words of the dialect. */
export const countsOf = ({ inputTokens, outputTokens }: Usage) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
})
