/** The header list as received. Node's own object drops or joins what came twice, and then two readers may see two requests. */
export type RawHeaders = readonly string[]

/** All values of a header, by its lower-case name; each character is one byte, as it came. */
export function valuesOf(raw: RawHeaders, name: string): string[] {
  const values: string[] = []
  for (let at = 0; at < raw.length; at += 2)
    if (raw[at]!.length === name.length && raw[at]!.toLowerCase() === name) values.push(raw[at + 1]!)
  return values
}
