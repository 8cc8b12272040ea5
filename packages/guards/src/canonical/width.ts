/** Full-width forms (１２３＠) to plain ones, one for one, so that places stay what they are. */
export const plainWidth = (text: string): string =>
  /[\uff01-\uff5e\u3000]/.test(text)
    ? text.replace(/[\uff01-\uff5e\u3000]/g, (wide) => (wide === '\u3000' ? ' ' : String.fromCharCode(wide.charCodeAt(0) - 0xfee0)))
    : text

/** A table over UTF-16 units that says which plain characters, or their full-width forms, belong to a set. */
export function setOf(characters: string): Uint8Array {
  const set = new Uint8Array(0x10000)
  for (const character of characters) {
    const code = character.charCodeAt(0)
    set[code] = 1
    if (code > 0x20 && code < 0x7f) set[code + 0xfee0] = 1
    if (code === 0x20) set[0x3000] = 1
  }
  return set
}

export const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const lower = 'abcdefghijklmnopqrstuvwxyz'
export const digit = '0123456789'

/** Where the run of such characters at the end of a text starts, at most `most` characters back. */
export function tailOf(text: string, set: Uint8Array, most: number): number {
  const least = Math.max(0, text.length - most)
  let at = text.length
  while (at > least && set[text.charCodeAt(at - 1)]) at--
  return at
}
