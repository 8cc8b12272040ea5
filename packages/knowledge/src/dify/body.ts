import type { Context } from 'hono'
import { mostBytes } from '../ingest/ingest.ts'
import { DifyRefusal } from './errors.ts'

const most = mostBytes + 1_000_000

/** The body, read up to a limit: a length that is told is checked first, one that is not while reading. */
export async function bytesOf({ req }: Context): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(req.header('content-length') ?? 0) > most) throw tooLarge()
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of (req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length
    if (length > most) throw tooLarge()
    pieces.push(piece)
  }
  return new Uint8Array(Buffer.concat(pieces, length))
}

export async function jsonOf(context: Context): Promise<unknown> {
  const bytes = await bytesOf(context)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new DifyRefusal(400, 'invalid_param', 'The body must be valid JSON in UTF-8.')
  }
}

const tooLarge = () =>
  new DifyRefusal(413, 'file_too_large', `File size exceeded: at most ${Math.floor(mostBytes / 1_000_000)} MB are allowed.`)
