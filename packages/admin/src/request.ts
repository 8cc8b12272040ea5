import type { Endpoint } from '@gatehouse/contracts'
import { type Problem, problemsOf } from '@gatehouse/kernel'
import type { Context } from 'hono'
import type { z } from 'zod'
import { refusal } from './words.ts'

const largestJson = 1_048_576

/** The parts of a request, each checked against its schema; unknown fields are refused with the nearest known name. */
export async function parseRequest(context: Context, endpoint: Endpoint, largestUpload: number) {
  const query = endpoint.query ? parse(endpoint.query, context.req.query(), 'query') : undefined
  if (endpoint.body === undefined) return { query, body: undefined }
  if (endpoint.body === 'bytes') return { query, body: await readBytes(context, largestUpload) }
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? '')) throw refusal('unsupported', 'json-expected')
  return { query, body: parse(endpoint.body, toJson(await readBytes(context, largestJson)), 'body') }
}

function parse<S extends z.ZodType>(schema: S, value: unknown, part: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems: Problem[] = problemsOf(parsed.error, schema, part)
  throw refusal(
    'invalid_request',
    'wrong-input',
    { part: `${part} (${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')})` },
    { problems },
  )
}

function toJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refusal('invalid_request', 'not-json')
  }
}

/** Reads no more than allowed, whatever the length header says. */
async function readBytes(context: Context, most: number): Promise<Uint8Array> {
  const tooLarge = () => refusal('too_large', 'body-too-large', { most })
  if (Number(context.req.header('content-length') ?? 0) > most) throw tooLarge()
  const reads: Uint8Array[] = []
  let size = 0
  for await (const read of context.req.raw.body ?? []) {
    size += read.length
    if (size > most) throw tooLarge()
    reads.push(read)
  }
  return reads.length === 1 ? reads[0]! : Buffer.concat(reads)
}
