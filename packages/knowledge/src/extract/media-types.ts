import { unreadable } from './refusal.ts'

export const pdf = 'application/pdf'
export const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
export const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
export const csv = 'text/csv'

/** What can be read, by ending; everything else is refused with this list. */
const byEnding: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  mdx: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  text: 'text/plain',
  log: 'text/plain',
  csv,
  tsv: csv,
  htm: 'text/html',
  html: 'text/html',
  xhtml: 'text/html',
  pdf,
  docx,
  xlsx,
}
const readable = new Set(Object.values(byEnding))
const other =
  /^(docm?|dotx?|xls[bm]?|xltx?|pptx?|odt|ods|odp|rtf|epub|msg|eml|pages|numbers|key|png|jpe?g|gif|webp|tiff?|bmp|heic|zip|gz|7z|rar|tar|exe|dll|mp[34]|wav)$/i
export const supported = 'PDF, Word (.docx), Excel (.xlsx), CSV, Markdown (.md), plain text (.txt) and web pages (.html)'

/** Read in a process of its own: their parsers are large, and their files can do more harm than text can. */
export const isHeavy = (mediaType: string): boolean => mediaType === pdf || mediaType === docx || mediaType === xlsx

/** The kind of a file by its name, else by what the sender says. Throws `unsupported` and says what is. */
export function mediaTypeOf(name: string, declared?: string): string {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase()
  const plain = declared?.replace(/;.*/s, '').trim().toLowerCase()
  const found = (ending && byEnding[ending]) ?? (plain && readable.has(plain) ? plain : undefined)
  if (found) return found
  if (ending && other.test(ending)) throw notReadable(`.${ending}`)
  if (plain && !plain.startsWith('text/') && plain !== 'application/octet-stream') throw notReadable(plain)
  return 'text/plain'
}
const notReadable = (what: string) =>
  unreadable('unsupported', `files of the kind ${what} cannot be read yet; save it as one of these: ${supported}`)
