import type { EmbedRequest, EventPayload, Usage } from '@gatehouse/contracts'
import { AppError, type Call, type Reply, ReplyEvent, WholeReply } from '@gatehouse/kernel'
import { textOf } from './gathering.ts'
import { dialect } from './handling.ts'
import { type EmbeddingLimits, inTurns, type Post, tokensIn } from './offers.ts'
import { tokensFrom } from './reply.ts'

/** Texts to vectors, in as many requests as the vendor's limits ask for. One that needs no second request goes out and comes back as it is. */
export async function embed(request: EmbedRequest, call: Call, limits: EmbeddingLimits, post: Post): Promise<Reply> {
  const batches = batchesOf(request.inputs, limits)
  if (batches.length === 1) {
    const { payload, usage, bytes } = await post(call, bodyOf(request, call, request.inputs), (body) => read(body, request, request.inputs))
    return new WholeReply(dialect, new ReplyEvent(bytes, () => payload), { end: 'complete', usage })
  }
  const parts = await inTurns(batches, (batch) => post(call, bodyOf(request, call, batch), (body) => read(body, request, batch)))
  const vectors = parts.flatMap(({ payload }) => payload.vectors ?? [])
  const length = vectors[0]?.length
  if (vectors.some((vector) => vector.length !== length)) throw broken('vectors of different lengths')
  const sum = parts.reduce((total, { usage }) => total + usage.inputTokens, 0)
  const usage: Usage = {
    inputTokens: sum,
    outputTokens: 0,
    source: parts.every((part) => part.usage.source === 'provider') ? 'provider' : 'estimated',
  }
  return new WholeReply(dialect, new ReplyEvent({ kind: 'vectors', vectors, usage }), { end: 'complete', usage })
}

/** In order; a text alone may be longer than the vendor allows: that is for the vendor to say. */
export function batchesOf(inputs: readonly string[], { mostInputs, mostTokens }: EmbeddingLimits): string[][] {
  const batches: string[][] = []
  let room = 0
  for (const input of inputs) {
    const size = tokensIn(input)
    const last = batches.at(-1)
    if (!last || last.length >= mostInputs || size > room) {
      batches.push([input])
      room = mostTokens - size
    } else {
      last.push(input)
      room -= size
    }
  }
  return batches
}

/** The caller's own bytes when nothing has to change; else written anew. Vectors of several requests are joined as numbers. */
function bodyOf({ raw, inputs, dimensions }: EmbedRequest, { model, exchange }: Call, batch: readonly string[]): Uint8Array | string {
  const whole = batch.length === inputs.length
  if (whole && exchange.body.length > 0 && raw.model === model) return exchange.body
  const format = whole ? (raw.encoding_format ?? 'float') : 'float'
  return JSON.stringify({ ...raw, model, input: batch, encoding_format: format, ...(dimensions !== undefined && { dimensions }) })
}

interface Answer {
  readonly data?: readonly ({ readonly index?: unknown; readonly embedding?: unknown } | null)[]
  readonly usage?: { readonly prompt_tokens?: unknown; readonly total_tokens?: unknown } | null
  readonly error?: unknown
}
interface Part {
  readonly payload: EventPayload
  readonly usage: Usage
  readonly bytes: Uint8Array
}

/** Exactly one vector per text, in the order of the texts, all of one length and of the one asked for. */
function read(bytes: Uint8Array, { dimensions }: EmbedRequest, batch: readonly string[]): Part {
  let source: Answer
  try {
    source = JSON.parse(textOf(bytes)) as Answer
  } catch (cause) {
    throw new AppError('upstream_failed', 'the vendor sent something that is not JSON', { cause })
  }
  if (source?.error) throw new AppError('upstream_failed', 'the vendor reported an error in its answer')
  if (!Array.isArray(source?.data)) throw broken('no list of vectors')
  if (source.data.length !== batch.length) throw broken(`${source.data.length} vectors for ${batch.length} texts`)
  const vectors: Float32Array[] = []
  source.data.forEach((item: NonNullable<Answer['data']>[number], position: number) => {
    const index = typeof item?.index === 'number' ? item.index : position
    if (!(index >= 0 && index < batch.length) || vectors[index]) throw broken('a vector with a wrong index')
    vectors[index] = vectorOf(item?.embedding)
  })
  const length = dimensions ?? vectors[0]?.length
  for (const vector of vectors)
    if (vector.length !== length) throw broken(`vectors of ${vector.length} dimensions where ${length} were asked for`)
  const told = tokensFrom(source.usage?.prompt_tokens ?? source.usage?.total_tokens)
  const usage: Usage =
    told !== undefined
      ? { inputTokens: told, outputTokens: 0, source: 'provider' }
      : { inputTokens: batch.reduce((sum, text) => sum + tokensIn(text), 0), outputTokens: 0, source: 'estimated' }
  return { payload: { kind: 'vectors', vectors, usage, source }, usage, bytes }
}

/** Numbers, or float32 in little endian as base64. */
function vectorOf(embedding: unknown): Float32Array {
  if (typeof embedding === 'string') {
    const bytes = Buffer.from(embedding, 'base64')
    if (bytes.length === 0 || bytes.length % 4 !== 0) throw broken('a vector that is no list of numbers')
    return new Float32Array(new Uint8Array(bytes).buffer) // a copy begins at an address that suits floats
  }
  if (!Array.isArray(embedding) || embedding.length === 0) throw broken('a vector that is no list of numbers')
  const vector = Float32Array.from(embedding as number[])
  if (vector.some((value) => !Number.isFinite(value))) throw broken('a vector that is no list of numbers')
  return vector
}

const broken = (what: string) => new AppError('upstream_failed', `the vendor sent ${what}`)
