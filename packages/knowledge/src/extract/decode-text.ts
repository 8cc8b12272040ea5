import { AppError } from '@gatehouse/kernel'
import chardet from 'chardet'

/** Bytes of a text file as text, whatever encoding: its mark first, then UTF-8, then a guess. Refuses what is no text at all. */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  if (bytes.length === 0) throw new AppError('invalid_request', 'the file is empty; upload one that has content')
  const text = clean(decoderFor(bytes, declared).decode(bytes))
  if (!text.trim()) throw new AppError('invalid_request', 'the file holds no text; upload one that has content')
  return text
}

function decoderFor(bytes: Uint8Array, declared: string | undefined): { decode(bytes: Uint8Array): string } {
  const marked = markOf(bytes)
  if (marked) return new TextDecoder(marked)
  if (isBinary(bytes)) throw new AppError('unsupported', 'the file is binary, not text; supported are plain text, Markdown and HTML')
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

const signatures = [
  '%PDF-',
  'PK\u0003\u0004',
  '\u0089PNG',
  'GIF8',
  '\u00ff\u00d8\u00ff',
  '\u007fELF',
  '\u00d0\u00cf\u0011\u00e0',
  '\u001f\u008b',
  'MZ\u0090',
]

function isBinary(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 8))
  if (signatures.some((signature) => head.startsWith(signature))) return true
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
  // chardet knows no difference between the Chinese ones that matters here: gb18030 holds all of gb2312 and gbk
  const found = chardet.analyse(sample).find(({ name }) => known(name))?.name ?? 'windows-1252'
  return /^(gb|iso-2022-cn)/i.test(found) ? 'gb18030' : /^iso-8859-1$/i.test(found) ? 'windows-1252' : found
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
