import { expand, parseTemplate, type Reference, referencesOf, type Template, type Values } from './template.ts'

/** A config whose strings were parsed once, at load. */
export interface ConfigTemplate {
  /** Path within the config → its template; only those with references. */
  readonly templates: readonly { readonly path: readonly string[]; readonly template: Template }[]
  readonly config: unknown
}

export function parseConfig(config: unknown): ConfigTemplate {
  const templates: { path: readonly string[]; template: Template }[] = []
  for (const { path, text } of stringsOf(config, [])) {
    if (text.includes('{{#')) templates.push({ path, template: parseTemplate(text) })
  }
  return { config, templates }
}

/** A copy with every template expanded over the values. What has no reference is the same object. */
export function expandConfig({ config, templates }: ConfigTemplate, values: Values): unknown {
  let expanded = config
  for (const { path, template } of templates) expanded = withText(expanded, path, expand(template, values))
  return expanded
}

export const referencesIn = ({ templates }: ConfigTemplate): { path: readonly string[]; reference: Reference }[] =>
  templates.flatMap(({ path, template }) => referencesOf(template).map((reference) => ({ path, reference })))

function* stringsOf(value: unknown, path: readonly string[]): Generator<{ path: readonly string[]; text: string }> {
  if (typeof value === 'string') yield { path, text: value }
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* stringsOf(inner, [...path, key])
}

function withText(value: unknown, [step, ...rest]: readonly string[], text: string): unknown {
  if (step === undefined) return text
  if (Array.isArray(value)) return value.map((inner, index) => (String(index) === step ? withText(inner, rest, text) : inner))
  const object = value as Readonly<Record<string, unknown>> // the path came from this very config
  return { ...object, [step]: withText(object[step], rest, text) }
}
