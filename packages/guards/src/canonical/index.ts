import { expands, expansions, fold, removed } from './fold.ts'
import { replaceLookAlikes } from './look-alikes.ts'

/** A copy of a text for detection only, with the way back. */
export interface Canonical {
  /** Valid until the next text is made canonical: the buffers are used again. */
  readonly units: Uint16Array
  readonly offsets: Uint32Array
  readonly length: number
  /** Letters written in tag characters, which nobody sees; flags of regions do not count. */
  readonly tags: number
  /** Characters that turn the direction of writing over by force. */
  readonly overrides: number
}

const blackFlag = 0x1f3f4
const tagEnd = 0xe007f
let units = new Uint16Array(4096)
let offsets = new Uint32Array(4097)

/**
 * Tag characters become the letters they hide, what nobody sees goes, compatibility forms and case are undone, look-alike letters in
 * Latin words become Latin, white space becomes one space. `offsets` leads from every unit back to where it came from.
 */
export function canonicalise(text: string): Canonical {
  const size = text.length
  if (units.length < size * 2 + 64) {
    units = new Uint16Array(size * 2 + 4096)
    offsets = new Uint32Array(size * 2 + 4097)
  }
  const most = units.length - 32
  let length = 0
  let last = 32
  let scripts = 0
  let tags = 0
  let overrides = 0
  for (let at = 0; at < size; at++) {
    const code = text.charCodeAt(at)
    const plain = fold[code]!
    if (plain > expands && (plain < 0xd800 || plain > 0xdfff)) {
      if (plain === 32 && last === 32) continue
      if (plain >= 97 && plain <= 122) scripts |= 1
      else if (plain >= 0x370 && plain < 0x530) scripts |= 2
      units[length] = plain
      offsets[length++] = at
      last = plain
      continue
    }
    if (plain === removed) {
      if (code === 0x202d || code === 0x202e) overrides++
      continue
    }
    let written: string
    let width = 1
    if (plain === expands) written = expansions.get(code)!
    else {
      const point = text.codePointAt(at)!
      width = point > 0xffff ? 2 : 1
      if (point === blackFlag) width = flagWidth(text, at)
      if (point >= 0xe0020 && point < tagEnd) tags++
      written = astral(point)
    }
    if (length + written.length > most) written = '' // a text of nothing but long forms ends up incomplete rather than unbounded
    for (let step = 0; step < written.length; step++) {
      last = written.charCodeAt(step)
      if (last >= 97 && last <= 122) scripts |= 1
      units[length] = last
      offsets[length++] = at
    }
    at += width - 1
  }
  offsets[length] = size
  if (scripts === 3) replaceLookAlikes(units, length)
  return { units, offsets, length, tags, overrides }
}

/** What a character outside the basic plane stands for: mathematical and enclosed letters are letters, tags what they hide. */
function astral(point: number): string {
  if (point >= 0xe0020 && point < tagEnd) return String.fromCharCode(point - 0xe0000).toLowerCase()
  if (point >= 0xe0000 && point < 0xe0200) return ''
  const character = String.fromCodePoint(point)
  const styled = (point >= 0x1d400 && point < 0x1d800) || (point >= 0x1f100 && point < 0x1f200)
  return styled ? character.normalize('NFKC').toLowerCase() : character
}

/** The length of a flag of a region (a black flag, at most six tags, the end tag); 2 when it is none. */
function flagWidth(text: string, at: number): number {
  for (let end = at + 2, tags = 0; tags <= 6; end += 2, tags++) {
    const point = text.codePointAt(end)
    if (point === tagEnd) return tags > 0 ? end + 2 - at : 2
    if (point === undefined || point < 0xe0020 || point > tagEnd) return 2
  }
  return 2
}

/** As a string; for tests, literals and what has to be searched with expressions. */
export const canonicalText = (text: string): string => stringOf(canonicalise(text))

export const stringOf = ({ units, length }: Canonical): string =>
  Buffer.from(units.buffer, units.byteOffset, length * 2).toString('utf16le')
