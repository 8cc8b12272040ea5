/** What of JSON Schema a form looks at. */
export interface FieldSchema {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly FieldSchema[]
  readonly items?: FieldSchema
}

/** How a value is asked for, with what the browser checks by itself. */
export type Control =
  | {
      readonly kind: 'text' | 'lines'
      readonly type: 'text' | 'email'
      readonly pattern?: string
      readonly minLength?: number
      readonly maxLength?: number
    }
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number; readonly step: 1 | 'any' }
  | { readonly kind: 'choice' }
  | { readonly kind: 'list'; readonly least: number }
  | { readonly kind: 'switch' }

/** One line is enough for this many characters. */
const oneLine = 320

/** The schema at a path, `limits.requestsPerMinute`; and whether a value must be there. */
export function schemaAt(schema: FieldSchema, path: string): { readonly schema: FieldSchema; readonly required: boolean } {
  const found = path
    .split('.')
    .reduce<{ schema: FieldSchema | undefined; required: boolean }>(
      ({ schema }, name) => ({ schema: schema?.properties?.[name], required: schema?.required?.includes(name) ?? false }),
      { schema, required: false },
    )
  if (!found.schema) throw new Error(`the schema has no field ${path}`)
  return { schema: found.schema, required: found.required }
}

export function controlOf(schema: FieldSchema): Control {
  const { type, format, pattern, minLength, maxLength, minimum, maximum, minItems, anyOf } = schema
  // "an address or nothing": the empty field is the nothing
  const filled = anyOf?.find((each) => each.type !== undefined && each.type !== 'null' && (each.pattern ?? each.format ?? each.properties))
  if (filled) return controlOf(filled)
  if (schema.enum) return { kind: 'choice' }
  if (type === 'array') return { kind: 'list', least: minItems ?? 0 }
  if (type === 'boolean') return { kind: 'switch' }
  if (type === 'integer' || type === 'number')
    return {
      kind: 'number',
      step: type === 'integer' ? 1 : 'any',
      ...(minimum === undefined ? {} : { min: minimum }),
      // a whole number without a limit has the largest safe one
      ...(maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? {} : { max: maximum }),
    }
  const email = format === 'email'
  return {
    kind: maxLength !== undefined && maxLength > oneLine ? 'lines' : 'text',
    type: email ? 'email' : 'text',
    // the browser knows what an address looks like; its engine wants ours escaped otherwise
    ...(pattern === undefined || email ? {} : { pattern: browserPattern(pattern) }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
  }
}

/** `pattern` attributes are whole by themselves and read with the `v` flag, where a dash in a class is escaped. */
const browserPattern = (pattern: string) =>
  pattern.replace(/^\^|\$$/g, '').replace(/\[[^\]]*\]/g, (set) => set.replace(/(?<!\\)-\]/, '\\-]').replace(/\[-/, '[\\-'))

/** Values by path, as the body they make. An empty number is no number; an empty text is one. */
export function bodyOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(values)) {
    const names = path.split('.')
    const last = names.pop() as string // a split text has at least one part
    const place = names.reduce<Record<string, unknown>>((at, name) => {
      at[name] ??= {}
      return at[name] as Record<string, unknown> // put there by this function only
    }, body)
    if (value !== undefined) place[last] = value
  }
  return body
}

/** What a name might be, from a title: the part that may stand in one. */
export const nameFrom = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mn}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
