import type { ChatRequest, EmbedRequest, RerankRequest } from '@gatehouse/contracts'
import { nearest } from '@gatehouse/kernel'

/** What a target does to the parameters of a request, whatever its operation. */
export interface Parameters {
  /** Where the caller says nothing. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** Whatever the caller says. */
  readonly overrides: Readonly<Record<string, unknown>>
  readonly remove: readonly string[]
}
type Changed = ChatRequest | EmbedRequest | RerankRequest

/** What a request is made of is not a parameter of it: these have their own place in the configuration, or none. */
const kept = ['model', 'messages', 'stream', 'input', 'query', 'documents', 'prompt']

/** Undefined when a target changes nothing. */
export function compileParameters({ defaults, overrides, remove }: Parameters): Parameters | undefined {
  const changes = Object.keys(defaults).length + Object.keys(overrides).length + remove.length
  return changes === 0 ? undefined : { defaults, overrides, remove }
}

/** Why a parameter cannot be set by a target; undefined when it can. */
export function refusedParameter(name: string): string | undefined {
  if (!kept.includes(name)) return undefined
  const near = nearest(name, ['model'])
  return `"${name}" is no parameter${near ? '; the target’s "model" or "models" choose the model' : ''}`
}

/** The request with its parameters as the target wants them: defaults, then overrides, then removals. The very same one when nothing changes. */
export function withParameters<Request extends Changed>(request: Request, { defaults, overrides, remove }: Parameters): Request {
  const raw: Record<string, unknown> = { ...request.raw }
  let changed = false
  for (const [name, value] of Object.entries(defaults)) if (raw[name] === undefined || raw[name] === null) set(name, value)
  for (const [name, value] of Object.entries(overrides)) set(name, value)
  for (const name of remove)
    if (name in raw) {
      delete raw[name]
      changed = true
    }
  return changed ? { ...request, raw, ...lifted(request, raw) } : request

  function set(name: string, value: unknown): void {
    if (raw[name] === value) return
    raw[name] = value
    changed = true
  }
}

/** Fields that decoding lifted out follow their parameter. */
function lifted({ operation }: Changed, raw: Readonly<Record<string, unknown>>): object {
  const count = (value: unknown) => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined)
  if (operation === 'chat') return defined('maxTokens', count(raw.max_completion_tokens ?? raw.max_tokens))
  if (operation === 'embed') return defined('dimensions', count(raw.dimensions))
  return defined('topN', count(raw.top_n))
}
const defined = (name: string, value: number | undefined) => (value === undefined ? {} : { [name]: value })
