import { AppError } from '@gatehouse/kernel'

/** What kinds of values a line may hold. */
type FieldKind = 'name' | 'names' | 'count' | 'instant' | 'flag' | 'text'

interface Field {
  readonly kind: FieldKind
  readonly means: string
}
const field = (kind: FieldKind, means: string): Field => ({ kind, means })

/** The only fields a line of the log can have beside `level`, `time` and `msg`; everything else is dropped before it is written. */
export const logFields = {
  code: field('name', 'error code, see the error table'),
  reason: field('text', 'what an error of our own says; nothing of errors that came from elsewhere'),
  problem: field('text', 'why the newest configuration is not in force'),
  request: field('name', 'the id that the answer carries as x-request-id'),
  base: field('name', 'knowledge base'),
  source: field('name', 'source of a knowledge base'),
  kept: field('names', 'resources that were left alone'),
  added: field('count', 'documents that are new in a source'),
  changed: field('count', 'documents that changed'),
  removed: field('count', 'documents that are gone'),
  unchanged: field('count', 'documents that stayed as they were'),
  failed: field('count', 'documents that could not be taken'),
  calls: field('count', 'calls'),
  until: field('instant', 'when a certificate ends'),
  signal: field('name', 'what the process was told'),
  version: field('name', 'of the program'),
  call: field('name', 'id of the call, also its trace'),
  parent: field('name', 'the app call that made it'),
  project: field('name', 'project'),
  consumer: field('name', 'name of the consumer'),
  operation: field('name', 'chat, app …'),
  target: field('name', 'name of the route or app; empty when none was found'),
  stream: field('flag', 'asked for as a stream'),
  status: field('count', 'HTTP status'),
  end: field('name', 'complete, cancelled, failed, blocked'),
  duration: field('count', 'microseconds'),
  firstByte: field('count', 'microseconds until the answer began'),
  inputTokens: field('count', 'tokens'),
  outputTokens: field('count', 'tokens'),
} as const satisfies Record<string, Field>

const most = 300
const mostName = 128

/** Only what is listed, in the kind it is listed as; `error` becomes `code` and `reason`. */
export function pickFields(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    if (name === 'error') Object.assign(picked, describeError(value))
    else if (name === 'reason')
      continue // only from an error, so that no raw message gets in by that name
    else if (Object.hasOwn(logFields, name)) {
      const shown = shownAs(logFields[name as keyof typeof logFields].kind, value)
      if (shown !== undefined) picked[name] = shown
    }
  }
  return picked
}

function shownAs(kind: FieldKind, value: unknown): unknown {
  if (kind === 'flag') return typeof value === 'boolean' ? value : undefined
  if (kind === 'count') return typeof value === 'number' && Number.isFinite(value) ? value : Array.isArray(value) ? value.length : undefined
  if (kind === 'instant') return typeof value === 'number' && Number.isFinite(value) ? new Date(value).toISOString() : undefined
  if (kind === 'names')
    return Array.isArray(value)
      ? value
          .filter((each) => typeof each === 'string')
          .slice(0, 20)
          .map(nameOf)
      : undefined
  if (typeof value !== 'string') return undefined
  return kind === 'name' ? nameOf(value) : scrub(value).slice(0, most)
}
const nameOf = (text: string) => scrub(text).slice(0, mostName)

/** Our own errors say nothing secret and may speak; what others throw may quote anything, so only its code is taken. */
export function describeError(thrown: unknown): { code: string; reason?: string } {
  if (thrown instanceof AppError && thrown.code !== 'internal') return { code: thrown.code, reason: scrub(thrown.message).slice(0, most) }
  const cause = thrown instanceof AppError ? thrown.cause : thrown
  const code = (cause as { code?: unknown } | null | undefined)?.code
  return { code: typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : 'internal' }
}

/** The last fence, should a message of ours ever quote one: keys, cookies, tokens, passwords in addresses and settings. */
export function scrub(text: string): string {
  return text
    .replace(/\b(?:gh|app|dataset|sk|pk|ak|ghp|xox[a-z])[-_][\w-]{12,}/g, '[key]')
    .replace(/\b(gatehouse[-_](?:console|chat))=[^\s;,"]+/g, '$1=[hidden]')
    .replace(/\b\w{32,}\b/g, '[hidden]')
    .replace(/\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{6,}/gi, '$1 [hidden]')
    .replace(/(\w:\/\/)[^\s/@]+@/g, '$1[hidden]@')
    .replace(/\b(password|passwd|pwd|secret|token|api[_-]?key|cookie)(["']?\s*[=:]\s*)["']?[^\s"',;&]+/gi, '$1$2[hidden]')
}
