import type { ChatRequest } from '@gatehouse/contracts'

/** The request as every provider understands it: itself when it is in the canonical form already. */
export function canonicalOf(request: ChatRequest): ChatRequest {
  const { dialect, headers: _, ...rest } = request
  if (!dialect) return request
  const raw = dialect.canonical(request.raw)
  return { ...rest, messages: raw.messages, raw }
}
