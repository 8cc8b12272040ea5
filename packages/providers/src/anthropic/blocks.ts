import type { ChatMessage } from '@gatehouse/contracts'
import { AppError, textOfContent } from '@gatehouse/kernel'

type Json = Record<string, unknown>

/** One canonical message as content blocks. Empty texts are left out: the vendor refuses them. */
export function blocksOf(message: ChatMessage): Json[] {
  if (message.role === 'tool') return [resultOf(message)]
  const blocks = contentOf(message.content)
  if (message.role !== 'assistant' || !Array.isArray(message.tool_calls)) return blocks
  return [...blocks, ...message.tool_calls.map(callOf)]
}

function resultOf({ content, tool_call_id: id }: ChatMessage): Json {
  const blocks = Array.isArray(content) ? contentOf(content) : textOfContent(content)
  return { type: 'tool_result', tool_use_id: id, ...(blocks.length > 0 && { content: blocks }) }
}

function contentOf(content: unknown): Json[] {
  if (typeof content === 'string') return content.trim() ? [{ type: 'text', text: content }] : []
  return Array.isArray(content) ? content.flatMap(partOf) : []
}

function partOf(part: unknown): Json[] {
  if (typeof part === 'string') return contentOf(part)
  const { type, text, refusal, image_url: image, file } = (part ?? {}) as Json
  if (type === 'text') return contentOf(text)
  if (type === 'refusal') return contentOf(refusal)
  const url = typeof image === 'string' ? image : (image as { url?: unknown } | null | undefined)?.url
  if (type === 'image_url' && typeof url === 'string') return [{ type: 'image', source: sourceOf(url) }]
  const data = (file as { file_data?: unknown } | null | undefined)?.file_data
  if (type === 'file' && typeof data === 'string' && data.startsWith('data:application/pdf;'))
    return [{ type: 'document', source: sourceOf(data) }]
  throw new AppError('invalid_request', `this vendor takes text, pictures and PDF files, not ${wordOf(type)}`)
}

function sourceOf(url: string): Json {
  const data = /^data:([\w.+/-]+);base64,/.exec(url)
  if (data) return { type: 'base64', media_type: data[1], data: url.slice(data[0].length) }
  if (/^https?:\/\//.test(url)) return { type: 'url', url }
  throw new AppError('invalid_request', 'a picture must be a data URL in base64 or an http address')
}

function callOf(call: unknown): Json {
  const { id, function: made } = (call ?? {}) as { id?: unknown; function?: { name?: unknown; arguments?: unknown } }
  return { type: 'tool_use', id, name: made?.name, input: inputOf(made?.arguments) }
}

function inputOf(text: unknown): unknown {
  if (typeof text !== 'string' || text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // told below: arguments in a conversation are written by a model, and not all write JSON
  }
  throw new AppError('invalid_request', 'the arguments of a tool call must be a JSON object')
}

const wordOf = (type: unknown): string => (typeof type === 'string' && /^[a-z_]{1,40}$/.test(type) ? type : 'this')
