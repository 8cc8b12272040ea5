import type { ChatMessage, Request, Stage, TextVisit as Visit } from '@gatehouse/contracts'

/** As deep as the edge lets a body be. */
const deepest = 200

/**
 * Every text a caller sends, in a fixed order: all messages whatever their role and in whichever field, the query and inputs of an app,
 * what is to be embedded or ranked, every string of an operation we carry as it is; and behind the messages of a chat every other string of its body, because a
 * model reads what tools, schemas and predictions say, and a vendor keeps the rest. Returns the very same request when nothing was changed.
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
  if (request.operation === 'embed') {
    const inputs = mapEach(request.inputs, (text) => visit('input', text))
    const raw = mapOthers(request.raw, inEmbedding, (text) => visit('input', text))
    return inputs === request.inputs && raw === request.raw ? request : { ...request, inputs, raw }
  }
  if (request.operation === 'rerank') {
    const query = visit('input', request.query)
    const documents = mapEach(request.documents, (text) => visit('input', text))
    const raw = mapOthers(request.raw, inRanking, (text) => visit('input', text))
    return query === request.query && documents === request.documents && raw === request.raw
      ? request
      : { ...request, query, documents, raw }
  }
  if (request.dialect) {
    const raw = request.dialect.mapTexts(request.raw, visit)
    return raw === request.raw ? request : { ...request, raw, messages: raw.messages as readonly ChatMessage[] } // mapped, never taken out
  }
  const messages = mapEach(request.messages, (message) => mapMessage(message, visit))
  const raw = mapOthers(request.raw, inChat, (text) => (protocolWords.has(text) ? text : visit('input', text)))
  if (messages === request.messages && raw === request.raw) return request
  return { ...request, messages, raw: 'messages' in raw ? { ...raw, messages } : raw }
}

function mapMessage(given: ChatMessage, visit: Visit): ChatMessage {
  const stage: Stage = given.role === 'tool' ? 'tool-result' : 'input'
  const change = (text: string) => visit(stage, text, given.role)
  const message = mapOthers(given, inMessage, change)
  const content = mapContent(message.content, change)
  const calls = Array.isArray(message.tool_calls)
    ? mapEach(message.tool_calls, (call: unknown) => mapCall(call, visit))
    : message.tool_calls
  if (content === message.content && calls === message.tool_calls) return message
  return { ...message, content, ...(calls !== undefined && { tool_calls: calls }) }
}

/** Seen to by themselves, or names and ids that nobody reads as text. */
const inMessage: ReadonlySet<string> = new Set(['role', 'content', 'tool_calls', 'tool_call_id'])
const inChat: ReadonlySet<string> = new Set(['model', 'messages'])
const inCall: ReadonlySet<string> = new Set(['id', 'type', 'function'])
/** As values they are settings or JSON Schema: a tool list is full of them, and they say nothing. */
export const protocolWords: ReadonlySet<string> = new Set(
  'auto none required function custom any text json_object json_schema content string object array number integer boolean null low medium high minimal default'.split(
    ' ',
  ),
)
const inEmbedding: ReadonlySet<string> = new Set(['model', 'input', 'encoding_format', 'dimensions', 'user'])
const inRanking: ReadonlySet<string> = new Set(['model', 'query', 'documents', 'top_n', 'return_documents'])
const inPart: ReadonlySet<string> = new Set(['type', 'text', 'image_url', 'input_audio'])

/** A string, or parts: their text, and whatever else a vendor may read as text, such as a refusal or a file. */
function mapContent(content: unknown, change: (text: string) => string): unknown {
  if (typeof content === 'string') return change(content)
  if (!Array.isArray(content)) return mapStrings(content, change)
  return mapEach(content, (part: unknown) => {
    if (!isFields(part)) return mapStrings(part, change)
    const rest = mapOthers(part, inPart, change)
    const text = mapStrings(part.text, change)
    return text === part.text ? rest : { ...rest, text }
  })
}

/** The same object when no string in a field that is not listed was changed. */
export function mapOthers<T extends Record<string, unknown>>(fields: T, listed: ReadonlySet<string>, change: (text: string) => string): T {
  let changed: T | undefined
  for (const name in fields) {
    if (listed.has(name)) continue
    const mapped = mapStrings(fields[name], change)
    if (mapped === fields[name]) continue
    changed ??= { ...fields }
    changed[name] = mapped as T[typeof name] // a string for a string, and so on inwards
  }
  return changed ?? fields
}

function mapCall(call: unknown, visit: Visit): unknown {
  if (!isFields(call)) return call
  const change = (text: string) => visit('tool-call', text)
  const rest = mapOthers(call, inCall, change)
  const made = rest.function as { arguments?: unknown } | undefined
  if (typeof made?.arguments !== 'string') return rest
  const text = change(made.arguments)
  return text === made.arguments ? rest : { ...rest, function: { ...made, arguments: text } }
}

export function mapStrings(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return isBytes(value) ? value : change(value)
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
export function mapEach<T>(list: readonly T[], change: (each: T) => T): readonly T[] {
  let changed: T[] | undefined
  for (let at = 0; at < list.length; at++) {
    const each = list[at]!
    const mapped = change(each)
    if (mapped === each) continue
    changed ??= [...list]
    changed[at] = mapped
  }
  return changed ?? list
}

const isFields = (part: unknown): part is Record<string, unknown> => typeof part === 'object' && part !== null && !Array.isArray(part)
/** A picture or a file written out as base64 is not text, and would use up what a policy inspects. */
const isBytes = (text: string): boolean => text.startsWith('data:') && /^data:[\w.+/-]{0,80};base64,[A-Za-z0-9+/=_-]*$/.test(text)
