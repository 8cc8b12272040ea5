/** One template, parsed once. Only what an app's author wrote is ever parsed; values are inserted and never scanned. */
export type Template = readonly Part[]
export type Part = { readonly literal: string } | Reference
export interface Reference {
  readonly node: string
  /** The output field, then steps into it. */
  readonly path: readonly [string, ...string[]]
}

const reference = /\{\{#([A-Za-z0-9_-]{1,64})((?:\.[A-Za-z_][A-Za-z0-9_-]{0,63}){1,10})#\}\}/g

/** `{{#node.field#}}` into parts. Whatever is not a reference is literal. */
export function parseTemplate(text: string): Template {
  const parts: Part[] = []
  let from = 0
  for (const match of text.matchAll(reference)) {
    if (match.index > from) parts.push({ literal: text.slice(from, match.index) })
    const [field, ...steps] = match[2]!.slice(1).split('.')
    parts.push({ node: match[1]!, path: [field!, ...steps] })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ literal: text.slice(from) })
  return parts
}

export const isReference = (part: Part): part is Reference => 'node' in part
export const referencesOf = (template: Template): Reference[] => template.filter(isReference)

/** A literal that looks like a reference gone wrong, for the problem list: `{{#nope#}}`, `{{# a.b #}}`. */
export function malformed(template: Template): string | undefined {
  for (const part of template) {
    if (isReference(part)) continue
    const at = part.literal.indexOf('{{#')
    if (at >= 0) return part.literal.slice(at, at + 40)
  }
  return undefined
}

/** Where values come from: by node and field. */
export type Values = (node: string, field: string) => unknown

/** Each reference replaced by its value, once. A value without a text is empty. */
export const expand = (template: Template, values: Values): string =>
  template.map((part) => (isReference(part) ? renderValue(lookUp(part, values)) : part.literal)).join('')

/** Own properties only: a path never reaches a prototype. */
export function lookUp({ node, path: [field, ...steps] }: Reference, values: Values): unknown {
  let value = values(node, field)
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

export function renderValue(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}
