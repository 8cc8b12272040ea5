import chardet from 'chardet'
import { supported } from './media-types.ts'
import { unreadable } from './refusal.ts'

/** Bytes of a text file as text, whatever encoding: its mark first, then UTF-8, then a guess. Refuses what is no text at all. */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  if (bytes.length === 0) throw unreadable('empty', 'the file is empty; upload one that has content')
  const text = clean(decoderFor(bytes, declared).decode(bytes))
  if (!text.trim()) throw unreadable('empty', 'the file holds no text; upload one that has content')
  return text
}

function decoderFor(bytes: Uint8Array, declared: string | undefined): { decode(bytes: Uint8Array): string } {
  const marked = markOf(bytes)
  if (marked) return new TextDecoder(marked)
  if (isBinary(bytes)) throw unreadable('unsupported', `the file is binary, not text; supported are ${supported}`)
  if (isUtf8(bytes)) return new TextDecoder('utf-8')
  if (declared && known(declared)) return new TextDecoder(declared)
  return new TextDecoder(guess(bytes))
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  return zeros(bytes)
}

/** UTF-16 without a mark shows as zeros on one side of each pair. */
function zeros(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.length, 2000) & ~1
  let even = 0
  let odd = 0
  for (let at = 0; at < length; at += 2) {
    if (bytes[at] === 0) even++
    if (bytes[at + 1] === 0) odd++
  }
  const most = length / 2
  if (odd > most * 0.6 && even < most * 0.05) return 'utf-16le'
  if (even > most * 0.6 && odd < most * 0.05) return 'utf-16be'
  return undefined
}

function isBinary(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 8000)
  let control = 0
  for (const byte of sample) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27) control++
  return control > sample.length * 0.01
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function known(label: string): boolean {
  try {
    new TextDecoder(label)
    return true
  } catch {
    return false
  }
}

function guess(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, 64 * 1024)
  if (isCommonChinese(sample)) return 'gb18030'
  // gb18030 holds all of gb2312 and gbk; windows-1252 all of Latin-1
  const found = chardet.analyse(sample).find(({ name }) => known(name))?.name ?? 'windows-1252'
  return /^(gb|iso-2022-cn)/i.test(found) ? 'gb18030' : /^iso-8859-1$/i.test(found) ? 'windows-1252' : found
}

const common = new Set(
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系情者最立代想已通并提直题程展五果料员位入常文总次品式活设及管特件长求基资流路级少图统接知较将组见计别手期根论指几区放决被做必先回则任取据处给光门即保治造百规口东导器金增交受认六共权收证改清',
)
const fewest = 0.25

/** Short texts give statistics little to go by: what reads as everyday Chinese is Chinese. */
function isCommonChinese(sample: Uint8Array): boolean {
  const han = new TextDecoder('gb18030').decode(sample).match(/\p{Script=Han}/gu) ?? []
  return han.length >= 2 && han.filter((character) => common.has(character)).length >= han.length * fewest
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const controls = /[\u0000-\u0008\u000b\u000e-\u001f\u007f\ufffe\uffff]/g

/** One kind of line end, composed characters, nothing that cannot be seen on purpose. */
export const clean = (text: string): string =>
  text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?|\u2028|\u2029|\f/g, '\n')
    .replace(controls, '')
    .normalize('NFC')
