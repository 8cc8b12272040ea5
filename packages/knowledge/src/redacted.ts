/** A text with what guards found in it replaced. */
export function redacted(text: string, findings: readonly { start: number; end: number; replacement?: string; rule: string }[]): string {
  let result = ''
  let at = 0
  for (const { start, end, replacement, rule } of [...findings].sort((a, b) => a.start - b.start)) {
    if (start < at) continue
    result += `${text.slice(at, start)}${replacement ?? `[${rule}]`}`
    at = end
  }
  return result + text.slice(at)
}
