import type { ChatMessage, Request, Stage } from '@gatehouse/contracts'

/** Shows one text and takes what shall stand in its place. */
type Visit = (stage: Stage, text: string, role?: ChatMessage['role']) => string

const deepest = 32

/**
 * Every text a caller sends, in a fixed order: all messages whatever their role, the query and inputs of an app, every string of an
 * operation we carry as it is. Returns the very same request when nothing was changed.
 */
export function mapTexts(request: Request, visit: Visit): Request {
  if (request.operation === 'app') {
    const query = visit('input', request.query)
    const inputs = mapStrings(request.inputs, (text) => visit('input', text)) as typeof request.inputs
    return query === request.query && inputs === request.inputs ? request : { ...request, query, inputs }
  }
  if (request.operation === 'passthrough') {
    const { model, ...rest } = request.raw
    const raw = mapStrings(rest, (text) => visit('input', text)) as typeof request.raw
    return raw === rest ? request : { ...request, raw: { ...raw, ...(model !== undefined && { model }) } }
  }
  const messages = mapEach(request.messages, (message) => mapMessage(message, visit))
  if (messages === request.messages) return request
  return { ...request, messages, raw: 'messages' in request.raw ? { ...request.raw, messages } : request.raw }
}

function mapMessage(message: ChatMessage, visit: Visit): ChatMessage {
  const stage: Stage = message.role === 'tool' ? 'tool-result' : 'input'
  const content = mapContent(message.content, (text) => visit(stage, text, message.role))
  const calls = Array.isArray(message.tool_calls)
    ? mapEach(message.tool_calls, (call: unknown) => mapCall(call, visit))
    : message.tool_calls
  if (content === message.content && calls === message.tool_calls) return message
  return { ...message, content, ...(calls !== undefined && { tool_calls: calls }) }
}

/** A string, or parts of which those with a text count. */
function mapContent(content: unknown, change: (text: string) => string): unknown {
  if (typeof content === 'string') return change(content)
  if (!Array.isArray(content)) return content
  return mapEach(content, (part: unknown) => {
    if (typeof part === 'string') return change(part)
    if (!hasText(part)) return part
    const text = change(part.text)
    return text === part.text ? part : { ...part, text }
  })
}

function mapCall(call: unknown, visit: Visit): unknown {
  const made = (call as { function?: { arguments?: unknown } } | null)?.function
  if (typeof made?.arguments !== 'string') return call
  const text = visit('tool-call', made.arguments)
  return text === made.arguments ? call : { ...(call as object), function: { ...made, arguments: text } }
}

function mapStrings(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null || depth > deepest) return value
  if (Array.isArray(value)) return mapEach(value, (each) => mapStrings(each, change, depth + 1))
  let changed: Record<string, unknown> | undefined
  for (const [name, each] of Object.entries(value)) {
    const mapped = mapStrings(each, change, depth + 1)
    if (mapped === each) continue
    changed ??= { ...value }
    changed[name] = mapped
  }
  return changed ?? value
}

/** The same array when every element stayed. */
function mapEach<T>(list: readonly T[], change: (each: T) => T): readonly T[] {
  let changed: T[] | undefined
  for (const [at, each] of list.entries()) {
    const mapped = change(each)
    if (mapped === each) continue
    changed ??= [...list]
    changed[at] = mapped
  }
  return changed ?? list
}

const hasText = (part: unknown): part is { text: string } => typeof (part as { text?: unknown } | null)?.text === 'string'
