/** Bits per character. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Letters and digits mixed as no word, path, date or version mixes them. */
export function isRandom(value: string): boolean {
  if (isPlaceholder(value) || uuid.test(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  const words = value.split(/[-_.+/=@:]/)
  if (words.every((word) => word.length < 10 && /^(?:[A-Za-z]*|\d*|[A-Za-z]+\d{1,2}|v\d+)$/.test(word))) return false
  return entropyOf(value) >= (/^[0-9a-f]+$/i.test(value) ? 3 : 3.2)
}

/** Stands where a secret would: in templates, manuals and masked output. */
export const isPlaceholder = (value: string): boolean =>
  /^(?:\$|%|\{|<|process\.|os\.|env[.:]|file:|store:|secrets?\.|vault:|config\.)/i.test(value) ||
  /^(.)\1*$/.test(value) ||
  /\*{3}|x{4}|\.{3}|(?:your|my|the)[_-]|example|placeholder|change[_-]?me|redacted|dummy|sample|getenv|\(\)/i.test(value) ||
  /^(?:password|passwd|secret|token|string|required|optional|null|none|undefined|true|false|pass|user|test|admin)\d{0,3}$/i.test(value)

export function isJwtHeader(value: string): boolean {
  try {
    return 'alg' in (JSON.parse(Buffer.from(value.slice(0, value.indexOf('.')), 'base64url').toString('utf8')) as object)
  } catch {
    return false
  }
}
