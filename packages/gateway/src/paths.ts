import type { Spec } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'

export type KeyKind = Spec<'Consumer'>['keys'][number]['kind']
export type Surface = 'model' | 'dify' | 'retrieval' | 'extension' | 'mcp' | 'chat' | 'live' | 'ready'
export type Dialect = 'openai-chat' | 'anthropic' | 'dashscope' | 'dify' | 'none'
export type ModelOperation =
  | 'chat'
  | 'models'
  | 'completion'
  | 'embed'
  | 'rerank'
  | 'image'
  | 'responses'
  | 'messages'
  | 'count-tokens'
  | 'task'

export interface PathMatch {
  readonly surface: Surface
  readonly dialect: Dialect
  /** Of model routes. */
  readonly operation?: ModelOperation
  /** What stood in front of the operation's path; empty at the root and for everything that lives only there. */
  readonly prefix: string
}

interface Row extends Omit<PathMatch, 'prefix'> {
  readonly methods: readonly string[]
  /** Segments; `*` stands for one of any name, a `**` at the end for any number, also none. */
  readonly path: string
  /** Anywhere under a prefix, or only at the root. */
  readonly where: 'suffix' | 'root'
  /** Kinds of keys it answers; unset: every kind. */
  readonly keys?: readonly KeyKind[]
}

const model = (method: string, path: string, operation: ModelOperation, dialect: Dialect = 'openai-chat'): Row => ({
  methods: [method],
  path,
  where: 'suffix',
  surface: 'model',
  operation,
  dialect,
})
const root = (surface: Surface, path: string, methods: readonly string[], dialect: Dialect = 'none', keys?: readonly KeyKind[]): Row => ({
  methods,
  path,
  where: 'root',
  surface,
  dialect,
  ...(keys && { keys }),
})
const any = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const app: readonly KeyKind[] = ['app']
const dataset: readonly KeyKind[] = ['dataset']

/** The one path table. The first row whose path, method and key kind fit decides; a test is generated from it. */
export const paths: readonly Row[] = [
  root('live', '/livez', ['GET', 'HEAD']),
  root('ready', '/readyz', ['GET', 'HEAD']),
  root('chat', '/chat/**', any),
  root('retrieval', '/retrieval', ['POST'], 'dify'),
  root('extension', '/extensions/**', ['POST'], 'dify'),
  root('mcp', '/mcp/**', ['GET', 'POST', 'DELETE']),

  root('dify', '/v1/chat-messages/**', ['POST'], 'dify', app),
  root('dify', '/v1/completion-messages/**', ['POST'], 'dify', app),
  root('dify', '/v1/workflows/**', ['GET', 'POST'], 'dify', app),
  root('dify', '/v1/conversations/**', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'dify', app),
  root('dify', '/v1/messages', ['GET'], 'dify', app),
  root('dify', '/v1/messages/*/feedbacks', ['POST'], 'dify', app),
  root('dify', '/v1/messages/*/suggested', ['GET'], 'dify', app),
  root('dify', '/v1/files/**', ['GET', 'POST'], 'dify', app),
  root('dify', '/v1/parameters', ['GET'], 'dify', app),
  root('dify', '/v1/info', ['GET'], 'dify', app),
  root('dify', '/v1/meta', ['GET'], 'dify', app),
  root('dify', '/v1/site', ['GET'], 'dify', app),
  root('dify', '/v1/app/feedbacks', ['GET'], 'dify', app),
  root('dify', '/v1/datasets/**', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'dify', dataset),

  model('POST', '/v1/chat/completions', 'chat'),
  model('GET', '/v1/models', 'models'),
  model('POST', '/v1/completions', 'completion'),
  model('POST', '/v1/embeddings', 'embed'),
  model('POST', '/v1/rerank', 'rerank'),
  model('POST', '/v1/reranks', 'rerank'),
  model('POST', '/v1/images/generations', 'image'),
  model('POST', '/v1/responses', 'responses'),
  model('POST', '/v1/messages', 'messages', 'anthropic'),
  model('POST', '/v1/messages/count_tokens', 'count-tokens', 'anthropic'),
  model('POST', '/api/v1/services/aigc/multimodal-generation/generation', 'image', 'dashscope'),
  model('POST', '/api/v1/services/aigc/text2image/image-synthesis', 'image', 'dashscope'),
  model('GET', '/api/v1/tasks/*', 'task', 'dashscope'),
  model('POST', '/api/v1/services/rerank/text-rerank/text-rerank', 'rerank', 'dashscope'),
]

/** First segments that no route's prefix may take. */
export const reservedPrefixes: readonly string[] = ['chat', 'retrieval', 'extensions', 'mcp', 'livez', 'readyz']

interface CompiledRow {
  readonly row: Row
  readonly segments: readonly string[]
  readonly open: boolean
}
const compiled: readonly CompiledRow[] = paths.map((row) => {
  const segments = row.path.split('/').slice(1)
  const open = segments.at(-1) === '**'
  return { row, segments: open ? segments.slice(0, -1) : segments, open }
})
const remembered = new Map<string, PathMatch>()
const mostRemembered = 1000

/**
 * What a request is for. Throws `not_found` for a path nobody serves (naming it), `method_not_allowed` when the path is served for other
 * methods, `forbidden` when the key is of a kind the path does not take.
 */
export function matchPath(method: string, path: string, kind?: KeyKind): PathMatch {
  // the hot one makes no string; a path begins with a slash, so no other key can be the same
  const key = method === 'POST' && kind === undefined ? path : `${method} ${kind ?? ''} ${path}`
  const known = remembered.get(key)
  if (known) return known
  const match = findPath(method, path, kind)
  if (remembered.size >= mostRemembered) remembered.clear()
  if (path.length < 256) remembered.set(key, match) // failures are not remembered: they are a stranger's to choose
  return match
}

function findPath(method: string, path: string, kind: KeyKind | undefined): PathMatch {
  const segments = path.replace('/v1/v1/', '/v1/').split('/').slice(1) // people paste base URLs that end in /v1
  const methods = new Set<string>()
  const keys = new Set<KeyKind>()
  for (const { row, segments: wanted, open } of compiled) {
    const prefix = prefixOf(segments, wanted, open, row.where)
    if (prefix === undefined) continue
    if (!row.methods.includes(method)) for (const other of row.methods) methods.add(other)
    else if (kind && row.keys && !row.keys.includes(kind)) for (const other of row.keys) keys.add(other)
    else return { surface: row.surface, dialect: row.dialect, prefix, ...(row.operation && { operation: row.operation }) }
  }
  if (keys.size) throw new AppError('forbidden', `this path takes ${[...keys].join(' or ')} keys, not ${kind} keys`)
  if (methods.size)
    throw new AppError('method_not_allowed', `this path takes ${[...methods].join(', ')}`, { details: { allow: [...methods] } })
  throw new AppError('not_found', `nothing is served at ${printable(path)}; model routes end in /v1/chat/completions`)
}

/** What stands before the row's segments, or undefined when they do not fit. */
function prefixOf(segments: readonly string[], wanted: readonly string[], open: boolean, where: Row['where']): string | undefined {
  const spare = segments.length - wanted.length
  if (spare < 0 || (where === 'root' && spare > 0 && !open)) return undefined
  const from = where === 'suffix' ? spare : 0
  for (let at = 0; at < wanted.length; at++) {
    const segment = segments[from + at]!
    if (wanted[at] === '*' ? segment === '' : segment !== wanted[at]) return undefined
  }
  if (from === 0) return ''
  return reservedPrefixes.includes(segments[0]!) ? undefined : written(`/${segments.slice(0, from).join('/')}`)
}

/** A prefix as a route names it: other letters than ASCII arrive escaped. What is escaped without need stays so, and is another path. */
function written(prefix: string): string {
  if (!/%[89a-f]/i.test(prefix)) return prefix
  return prefix.replace(/(?:%[89a-f][0-9a-f])+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}

export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)
