import { AppError, type Extracted } from '@gatehouse/kernel'
import { decodeText } from './decode-text.ts'
import { extractHtml } from './html.ts'
import { extractMarkdown } from './markdown.ts'
import { extractText } from './text.ts'

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

/** File to blocks. An error names the reason and what to do. */
export function extract(bytes: Uint8Array, name: string, mediaType: string): Extracted {
  const text = decodeText(bytes, mediaType === 'text/html' ? declaredCharset(bytes) : undefined)
  const extracted =
    mediaType === 'text/markdown' ? extractMarkdown(text) : isHtml(text, mediaType) ? extractHtml(text) : extractText(text, name)
  if (!extracted.blocks.some((block) => block.text.trim()))
    throw new AppError('invalid_request', 'the file holds no readable text; if it is a scan or a picture, it needs text recognition first')
  return extracted
}

const isHtml = (text: string, mediaType: string) => mediaType === 'text/html' || /^\s*(<!doctype html|<html[\s>])/i.test(text)
const declaredCharset = (bytes: Uint8Array): string | undefined =>
  /<meta[^>]{0,200}charset=["']?([\w-]{2,20})/i.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 4096)))?.[1]
