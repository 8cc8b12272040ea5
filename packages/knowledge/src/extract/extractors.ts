import { AppError, type Extracted } from '@gatehouse/kernel'
import { decodeText } from './decode-text.ts'
import { extractHtml } from './html.ts'
import { extractMarkdown } from './markdown.ts'
import { extractText } from './text.ts'

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
