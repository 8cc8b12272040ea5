import { AppError } from '@gatehouse/kernel'

/** What can be read, by ending; everything else is refused with this list. */
const byEnding: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  mdx: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  text: 'text/plain',
  log: 'text/plain',
  csv: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  xhtml: 'text/html',
}
const readable = new Set(Object.values(byEnding))
const other = /^(pdf|docx?|xlsx?|pptx?|odt|rtf|epub|png|jpe?g|gif|zip|gz|exe|mp[34])$/i

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
  new AppError(
    'unsupported',
    `files of the kind ${what} cannot be read yet; supported are Markdown (.md), plain text (.txt) and web pages (.html)`,
  )
