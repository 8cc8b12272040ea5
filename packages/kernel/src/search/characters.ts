/** What a UTF-16 code unit is to the tokeniser. */
export const separator = 0
export const letter = 1
export const digit = 2
export const cjk = 3
/** Joins the parts of one word: gpt-4o, a@b.co, v1.2. */
export const joiner = 4
export const apostrophe = 5
export const comma = 6
export const highSurrogate = 7

const joiners = '-_.+#@:/'
const han = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
const written = /[\p{L}\p{M}]/u

/** One lookup per character; made once, because asking a regular expression each time is twenty times slower. */
export const kindOf: Uint8Array = makeTable()

function makeTable(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 0; code < 0x10000; code++) {
    const character = String.fromCharCode(code)
    if (code >= 0xd800 && code <= 0xdbff) table[code] = highSurrogate
    else if (/\p{N}/u.test(character)) table[code] = digit
    else if (written.test(character)) table[code] = han.test(character) ? cjk : letter
  }
  for (const character of joiners) table[character.charCodeAt(0)] = joiner
  for (const character of "'’") table[character.charCodeAt(0)] = apostrophe
  table[','.charCodeAt(0)] = comma
  return table
}

/** Of a character above U+FFFF. */
export function kindOfPair(character: string): number {
  if (han.test(character)) return cjk
  if (/\p{N}/u.test(character)) return digit
  return written.test(character) ? letter : separator
}
