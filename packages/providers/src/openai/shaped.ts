/** How a vendor is asked to think or not. `as-is`: the caller knows; `none`: it cannot be asked. */
export type Thinking = 'as-is' | 'none' | 'enable_thinking' | 'template' | 'thinking' | 'reasoning' | 'effort'
export interface Shaping {
  /** Fields the vendor refuses. */
  readonly omit: readonly string[]
  /** Fields it has under another name. */
  readonly rename: Readonly<Record<string, string>>
  readonly thinking: Thinking
}
type Json = Readonly<Record<string, unknown>>

/** The body as the vendor takes it, and the fields that were left out; the same object when nothing had to change. */
export function shaped(raw: Json, { omit, rename, thinking }: Shaping): { raw: Json; dropped: readonly string[] } {
  if (!needsShaping(raw, omit, rename, thinking)) return { raw, dropped: none }
  const { enable_thinking, chat_template_kwargs, ...rest } = raw
  const body: Record<string, unknown> =
    thinking === 'as-is' ? { ...raw } : { ...rest, ...asked(thinking, enable_thinking, chat_template_kwargs) }
  for (const [name, theirs] of Object.entries(rename)) {
    if (!(name in body)) continue
    body[theirs] ??= body[name]
    delete body[name]
  }
  const format = wrapped(body.response_format)
  if (format) body.response_format = format
  const dropped = omit.filter((name) => name in body)
  for (const name of dropped) delete body[name]
  const switches = ['enable_thinking', 'chat_template_kwargs'].filter((name) => name in raw && thinking === 'none')
  return { raw: body, dropped: [...dropped, ...switches] }
}
const none: readonly string[] = []

function needsShaping(raw: Json, omit: readonly string[], rename: Shaping['rename'], thinking: Thinking): boolean {
  if (thinking !== 'as-is' && ('enable_thinking' in raw || 'chat_template_kwargs' in raw)) return true
  for (const name of omit) if (name in raw) return true
  for (const name in rename) if (name in raw) return true
  return raw.response_format !== undefined && wrapped(raw.response_format) !== undefined
}

/** The caller's wish, in whatever form it came, in the vendor's. */
function asked(thinking: Thinking, top: unknown, template: unknown): Json {
  const inner = isObject(template) ? (template.enable_thinking ?? template.thinking) : undefined
  const wish = typeof top === 'boolean' ? top : inner
  if (thinking === 'template') {
    if (typeof wish !== 'boolean') return template === undefined ? {} : { chat_template_kwargs: template }
    return { chat_template_kwargs: { ...(isObject(template) && template), enable_thinking: wish, thinking: wish } }
  }
  if (typeof wish !== 'boolean') return {}
  if (thinking === 'enable_thinking') return { enable_thinking: wish }
  if (thinking === 'thinking') return { thinking: { type: wish ? 'enabled' : 'disabled' } }
  return thinking === 'reasoning' ? { reasoning: { enabled: wish } } : {} // by effort: a caller says it in reasoning_effort
}

/** A schema without its wrapping, as some clients send it; undefined when there is nothing to wrap. */
function wrapped(format: unknown): Json | undefined {
  if (!isObject(format) || format.type !== 'json_schema' || !isObject(format.json_schema)) return undefined
  const { json_schema: schema } = format
  if ('schema' in schema || !('type' in schema || 'properties' in schema || '$ref' in schema || 'anyOf' in schema)) return undefined
  const name = typeof schema.title === 'string' && /^[\w-]{1,64}$/.test(schema.title) ? schema.title : 'answer'
  return { ...format, json_schema: { name, schema } }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
