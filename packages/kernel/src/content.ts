import type { ChatMessage } from '@gatehouse/contracts'

/** The text of a message, whatever its form: a string, or parts of which those with a `text` count. */
export function textOfContent(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  let text = ''
  for (const part of content as readonly unknown[]) {
    const piece = typeof part === 'string' ? part : ((part as { text?: unknown } | null)?.text ?? '')
    if (typeof piece === 'string' && piece) text += text ? `\n${piece}` : piece
  }
  return text
}

/** The newest message of the person, as text. */
export function lastQuestion(messages: readonly ChatMessage[]): string {
  for (let at = messages.length - 1; at >= 0; at--) if (messages[at]!.role === 'user') return textOfContent(messages[at]!.content)
  return ''
}
