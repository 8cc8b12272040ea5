import type { ChatMessage } from '@gatehouse/contracts'
import { textOfContent } from '@gatehouse/kernel'

const utf8 = new TextDecoder()

/** A request's or a reply's bytes as text to read: the messages of a chat, the answer of a stream; else what the bytes say. */
export function textOfBytes(bytes: Uint8Array): string {
  const text = utf8.decode(bytes)
  if (/^(data|event|id|retry)?:/.test(text)) return answerOf(text)
  try {
    return textOfJson(JSON.parse(text)) ?? text
  } catch {
    return text
  }
}

interface Body {
  readonly system?: unknown
  readonly messages?: readonly ChatMessage[]
  readonly choices?: readonly { readonly message?: { readonly content?: unknown }; readonly delta?: { readonly content?: unknown } }[]
  /** Of Anthropic's dialect: a complete answer's blocks, or a piece of one. */
  readonly content?: unknown
  readonly delta?: { readonly text?: unknown }
}

function textOfJson(body: Body | null): string | undefined {
  if (body?.messages) {
    const said = body.messages.map(({ role, content }) => `${role}: ${textOfContent(content)}`)
    return (body.system ? [`system: ${textOfContent(body.system)}`, ...said] : said).join('\n\n')
  }
  if (body?.choices) return body.choices.map(({ message, delta }) => textOfContent((message ?? delta)?.content)).join('\n\n')
  if (Array.isArray(body?.content)) return textOfContent(body.content)
  return typeof body?.delta?.text === 'string' ? body.delta.text : undefined
}

function answerOf(stream: string): string {
  let answer = ''
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: {')) continue
    try {
      answer += textOfJson(JSON.parse(line.slice(6))) ?? ''
    } catch {
      // a frame that was cut off says nothing
    }
  }
  return answer
}
