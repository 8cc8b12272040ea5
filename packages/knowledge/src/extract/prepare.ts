import type { Extracted } from '@gatehouse/kernel'
import { sha256 } from '../hash.ts'
import type { Piece, Splitting } from '../split/piece.ts'
import { split } from '../split/split.ts'
import { extract } from './extractors.ts'
import { layOut } from './layout.ts'
import { unreadable } from './refusal.ts'

/** What a worker is asked to do with one file. */
export interface PrepareWork {
  readonly bytes: Uint8Array
  readonly name: string
  readonly mediaType: string
  readonly splitting: Splitting
  readonly cleaning?: Cleaning
}
/** Dify's pre-processing, applied before anything else. */
export interface Cleaning {
  readonly extraSpaces: boolean
  readonly addresses: boolean
}
/** A file as text and pieces, ready to be inspected and indexed. */
export interface Prepared {
  readonly title?: string
  readonly text: string
  readonly pieces: readonly (Piece & { readonly hash: string })[]
}

const mostPieces = 20_000
const mostText = 20_000_000

/** Bytes of text → blocks → text → pieces. Pure; runs in a worker thread. */
export const prepare = (work: PrepareWork): Prepared => cut(extract(work.bytes, work.name, work.mediaType), work)

/** Blocks → text → pieces. */
export function cut({ title, blocks }: Extracted, { splitting, cleaning }: Pick<PrepareWork, 'splitting' | 'cleaning'>): Prepared {
  const { text, blocks: placed } = layOut(
    cleaning ? blocks.map((block) => ({ ...block, text: cleaned(block.text, cleaning) })).filter(({ text }) => text) : blocks,
  )
  if (text.length > mostText)
    throw unreadable('long', `the file holds ${text.length} characters, at most ${mostText} are allowed; split it`)
  const pieces = split(text, placed, splitting)
  if (pieces.length === 0) throw unreadable('empty', 'the file holds no readable text')
  if (pieces.length > mostPieces)
    throw unreadable('long', `the file makes ${pieces.length} segments, at most ${mostPieces} are allowed; split it or use longer segments`)
  return {
    ...(title && { title: title.slice(0, 300) }),
    text,
    pieces: pieces.map((piece) => ({ ...piece, hash: sha256(text.slice(piece.start, piece.end)) })),
  }
}

function cleaned(text: string, { extraSpaces, addresses }: Cleaning): string {
  let result = text
  if (extraSpaces) result = result.replace(/\n{3,}/g, '\n\n').replace(/[ \t\u00a0\u3000\u2000-\u200a]{2,}/g, ' ')
  if (addresses) result = result.replace(/https?:\/\/[^\s)>\]]+/g, '').replace(/[\w.+-]+@[\w-]+\.[\w.-]+/g, '')
  return result.trim()
}
