import type { Extracted } from '@gatehouse/kernel'
import { extractCsv } from './csv.ts'
import { decodeText } from './decode-text.ts'
import { extractHtml } from './html.ts'
import { extractMarkdown } from './markdown.ts'
import { csv } from './media-types.ts'
import { unreadable } from './refusal.ts'
import { checkContent } from './sniff.ts'
import { extractText } from './text.ts'

/** Text of any kind to blocks. An error names the reason and what to do. */
export function extract(bytes: Uint8Array, name: string, mediaType: string): Extracted {
  checkContent(bytes, mediaType)
  const text = decodeText(bytes, mediaType === 'text/html' ? declaredCharset(bytes) : undefined)
  return withText(extractBy(mediaType, text, name))
}

function extractBy(mediaType: string, text: string, name: string): Extracted {
  if (mediaType === 'text/markdown') return extractMarkdown(text)
  if (mediaType === csv) return extractCsv(text, name)
  return isHtml(text, mediaType) ? extractHtml(text) : extractText(text, name)
}

/** Never "completed" with nothing in it. */
export function withText(extracted: Extracted): Extracted {
  if (extracted.blocks.some((block) => block.text.trim())) return extracted
  throw unreadable('empty', 'the file holds no readable text; if it is a scan or a picture, it needs text recognition first')
}

const isHtml = (text: string, mediaType: string) => mediaType === 'text/html' || /^\s*(<!doctype html|<html[\s>])/i.test(text)
const declaredCharset = (bytes: Uint8Array): string | undefined =>
  /<meta[^>]{0,200}charset=["']?([\w-]{2,20})/i.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 4096)))?.[1]
