/** Which model a target is asked for, by the name the caller used: an exact name first, then the longest prefix, then `*`. */
export type ModelMap = (model: string) => string | undefined

/** A `*` at the end of a pattern stands for any rest; one in the name sent puts that rest there. The order of the table means nothing. */
export function compileModelMap(table: Readonly<Record<string, string>>): ModelMap {
  const exact = new Map<string, string>()
  const prefixes: { readonly prefix: string; readonly name: string }[] = []
  for (const [pattern, name] of Object.entries(table))
    if (pattern.endsWith('*')) prefixes.push({ prefix: pattern.slice(0, -1), name })
    else exact.set(pattern, name)
  prefixes.sort((a, b) => b.prefix.length - a.prefix.length)
  return (model) => {
    const known = exact.get(model)
    if (known !== undefined) return known
    const found = prefixes.find(({ prefix }) => model.startsWith(prefix))
    return found?.name.replace('*', () => model.slice(found.prefix.length))
  }
}
