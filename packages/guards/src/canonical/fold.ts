/** In the table: takes no place in the canonical text. */
export const removed = 0
/** In the table: stands for several characters, in `expansions`. */
export const expands = 1

export const expansions = new Map<number, string>()

function build(): Uint16Array {
  const table = Uint16Array.from({ length: 0x10000 }, (_, code) => code)
  for (const [from, to] of [
    [0x41, 0x5a],
    [0xa0, 0x58f],
    [0x1d00, 0x2bff],
    [0x2e80, 0x2fdf],
    [0x3000, 0x303f],
    [0x3200, 0x33ff],
    [0xf900, 0xfaff],
    [0xfb00, 0xfdff],
    [0xfe30, 0xffef],
  ] as const)
    for (let code = from; code <= to; code++) put(table, code, canonicalUnit(code))
  for (const code of [9, 10, 11, 12, 13, 0x85, 0x1680, 0x2028, 0x2029]) table[code] = 32
  for (const [from, to] of invisible) table.fill(removed, from, to + 1)
  for (const [from, to] of Object.entries({
    ı: 'i',
    đ: 'd',
    ł: 'l',
    ø: 'o',
    ß: 'ss',
    æ: 'ae',
    œ: 'oe',
    '’': "'",
    '‘': "'",
    '“': '"',
    '”': '"',
    '‐': '-',
    '‑': '-',
    '–': '-',
    '—': '-',
    '−': '-',
  }))
    put(table, from.charCodeAt(0), to)
  return table
}

/** Control characters, soft hyphen, joiners, bidi marks, fillers, variation selectors, stacked marks, Arabic vowel marks. */
const invisible = [
  [0x00, 0x08],
  [0x0e, 0x1f],
  [0x7f, 0x84],
  [0x86, 0x9f],
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x61c, 0x61c],
  [0x640, 0x640],
  [0x64b, 0x65f],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x20d0, 0x20ff],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
] as const

/** Marks are taken off where a letter carries them as an accent; elsewhere (kana, Hangul) they make another letter. */
const canonicalUnit = (code: number) => {
  const letter = String.fromCharCode(code)
  const accented = code < 0x590 || (code >= 0x1d00 && code < 0x2000)
  const plain = accented ? letter.normalize('NFKD').replace(/[\u0300-\u036f]/g, '') : letter.normalize('NFKC')
  return plain.toLowerCase().replace(/\s/g, ' ')
}

function put(table: Uint16Array, code: number, canonical: string): void {
  if (canonical.length === 1) table[code] = canonical.charCodeAt(0)
  else if (canonical.length === 0) table[code] = removed
  else {
    table[code] = expands
    expansions.set(code, canonical)
  }
}

/**
 * UTF-16 unit → its canonical unit: lower case, width, compatibility forms and accents undone (also é → e, ß → ss), white space a
 * space, characters nobody sees gone. Scripts without such forms stay as they are.
 */
export const fold: Uint16Array = build()
