import { type RawHeaders, valuesOf } from './raw-headers.ts'

/** A request as it came, before any rewriting. Texts hold one byte per character, as Node gives headers. */
export interface SignedMessage {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly rawHeaders: RawHeaders
}

/** Signed by their value in a fixed place. */
export const placedHeaders: readonly string[] = ['accept', 'content-md5', 'content-type', 'date']
const withoutLine: ReadonlySet<string> = new Set([...placedHeaders, 'x-ca-signature', 'x-ca-signature-headers'])

/**
 * What the caller must have signed, for each spelling of the path: as it came, and with its non-ASCII characters unescaped, because clients sign
 * the path people typed and send the escaped one. `form` is the body of a form, whose fields count like those of the query.
 */
export function stringsToSign(message: SignedMessage, signed: readonly string[], form?: string): string[] {
  const { method, target, rawHeaders } = message
  const first = (name: string) => valuesOf(rawHeaders, name)[0] ?? ''
  const names = [...new Set(signed)].filter((name) => !withoutLine.has(name)).sort()
  const head = [method.toUpperCase(), ...placedHeaders.map(first), ...names.map((name) => `${name}:${first(name)}`)]
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const tail = parametersOf(at < 0 ? '' : target.slice(at + 1), form)
  return [...new Set([path, unescaped(path, /%[89a-f][0-9a-f]/gi)])].map((spelling) => [...head, spelling + tail].join('\n'))
}

/** Sorted by name, the first of two counts, a name without a value has an empty one. A plus stays a plus. */
function parametersOf(query: string, form = ''): string {
  const parameters = new Map<string, string>()
  for (const pair of `${query}&${form}`.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decoded(at < 0 ? pair : pair.slice(0, at))
    if (!parameters.has(name)) parameters.set(name, at < 0 ? '' : decoded(pair.slice(at + 1)))
  }
  if (parameters.size === 0) return ''
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1))
  return `?${sorted.map(([name, value]) => `${name}=${value}`).join('&')}`
}

const decoded = (text: string) => unescaped(text, /%[0-9a-f]{2}/gi)
const unescaped = (text: string, escapes: RegExp) =>
  text.replace(escapes, (found) => String.fromCharCode(Number.parseInt(found.slice(1), 16)))
