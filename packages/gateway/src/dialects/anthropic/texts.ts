import type { ChatMessage, TextVisit } from '@gatehouse/contracts'
import { mapEach, mapOthers, mapStrings, protocolWords } from '@gatehouse/kernel'

type Json = Record<string, unknown>
type Change = (text: string) => string

/**
 * Every text of a body: the system prompt, all blocks of all messages, and behind them every other string, because a model reads what tools
 * and schemas say. Ids, signatures and encoded pictures are no text. The very same body when nothing was changed.
 */
export function mapBody(raw: Readonly<Json>, visit: TextVisit): Readonly<Json> {
  const system = mapContent(raw.system, 'system', visit)
  const messages = mapEach(raw.messages as readonly Json[], (message) => mapMessage(message, visit))
  const rest = mapOthers(raw, inBody, (text) => (protocolWords.has(text) || ownWords.has(text) ? text : visit('input', text)))
  if (system === raw.system && messages === raw.messages && rest === raw) return raw
  return { ...rest, messages, ...(system !== undefined && { system }) }
}

const inBody: ReadonlySet<string> = new Set(['model', 'messages', 'system'])
/** As values they are settings of this dialect. */
const ownWords: ReadonlySet<string> = new Set(
  'tool enabled disabled adaptive between_tools ephemeral 5m 1h standard_only tool_use'.split(' '),
)
const inMessage: ReadonlySet<string> = new Set(['role', 'content'])
/** Names and ids that nobody reads as text, and what only the vendor can read. */
const inBlock: ReadonlySet<string> = new Set(
  'type text thinking signature data input content source id tool_use_id cache_control encrypted_content encrypted_index'.split(' '),
)

function mapMessage(message: Json, visit: TextVisit): Json {
  const role = message.role as ChatMessage['role']
  const rest = mapOthers(message, inMessage, (text) => visit('input', text, role))
  const content = mapContent(message.content, role, visit)
  return content === message.content ? rest : { ...rest, content }
}

function mapContent(content: unknown, role: ChatMessage['role'], visit: TextVisit): unknown {
  if (typeof content === 'string') return visit('input', content, role)
  if (!Array.isArray(content)) return content
  const mapped = mapEach(content as readonly unknown[], (block) => mapBlock(block, role, visit))
  // thinking that was changed no longer fits its signature, and the vendor would refuse it: it goes
  return mapped === content ? content : mapped.filter((block, at) => block === content[at] || (block as Json | null)?.type !== 'thinking')
}

/** A block, and the blocks inside it: what stands in the result of a tool belongs to the result. */
function mapBlock(block: unknown, role: ChatMessage['role'], visit: TextVisit, inResult = false): unknown {
  const given = block as Json
  const isResult = inResult || (isFields(block) && typeof given.type === 'string' && given.type.endsWith('tool_result'))
  const change: Change = (text) => (isResult ? visit('tool-result', text, 'tool') : visit('input', text, role))
  if (!isFields(block)) return mapStrings(block, change)
  let mapped = mapOthers(given, inBlock, change)
  const put = (fields: Json, field: string, value: unknown) => (value === fields[field] ? fields : { ...fields, [field]: value })
  const inside = (content: unknown) =>
    Array.isArray(content) ? mapEach(content, (each: unknown) => mapBlock(each, role, visit, isResult)) : mapStrings(content, change)
  for (const field of ['text', 'thinking']) mapped = put(mapped, field, mapStrings(given[field], change))
  mapped = put(mapped, 'content', inside(given.content))
  mapped = put(
    mapped,
    'input',
    mapStrings(given.input, (text) => visit('tool-call', text)),
  )
  if (!isFields(given.source)) return put(mapped, 'source', mapStrings(given.source, change))
  // what is encoded is no text; a document may be given as text or as blocks, and an address may say something
  const source = mapOthers(given.source, given.source.type === 'base64' ? encoded : plain, change)
  return put(mapped, 'source', put(source, 'content', inside(source.content)))
}
const encoded: ReadonlySet<string> = new Set(['type', 'media_type', 'data', 'content'])
const plain: ReadonlySet<string> = new Set(['type', 'media_type', 'file_id', 'content'])
const isFields = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
