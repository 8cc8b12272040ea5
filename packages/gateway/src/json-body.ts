import { isUtf8 } from 'node:buffer'
import { AppError } from '@gatehouse/kernel'

const quote = 34
const backslash = 92
const colon = 58

/**
 * The body as an object. Refuses broken UTF-8, broken JSON, anything but an object, and an object that names a field twice:
 * the original bytes go on to the vendor, who might read another of the two than our guards did.
 */
export function parseBody(body: Buffer): Record<string, unknown> {
  if (!isUtf8(body)) throw new AppError('invalid_request', 'the body is not valid UTF-8')
  const text = body.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_request', 'the body is not valid JSON', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AppError('invalid_request', 'the body must be a JSON object')
  if (fieldsIn(text) !== fieldsOf(value, 0)) throw new AppError('invalid_request', 'the body names a field twice')
  return value as Record<string, unknown>
}

/** Fields written in a valid JSON text: colons outside strings. */
function fieldsIn(text: string): number {
  let fields = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === quote) at = closingQuote(text, at)
    else if (character === colon) fields++
  }
  return fields
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); ; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return at
  }
}

/** Fields a parsed value has: of two with one name only one is left. */
function fieldsOf(value: object, depth: number): number {
  if (depth > 200) throw new AppError('invalid_request', 'the body is nested more than 200 levels deep')
  let fields = 0
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) fields += fieldsOf(item, depth + 1)
    return fields
  }
  for (const name in value) {
    fields++
    const item = (value as Record<string, unknown>)[name]
    if (typeof item === 'object' && item !== null) fields += fieldsOf(item, depth + 1)
  }
  return fields
}
