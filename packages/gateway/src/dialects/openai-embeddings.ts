import type { EmbedRequest, EventPayload, Usage } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'

const invalid = (param: string, message: string) => new AppError('invalid_request', message, { details: { param } })

/** As many as OpenAI takes at once; a provider splits them further when its vendor takes fewer. */
const mostInputs = 2048

/** A text or a list of texts. Token numbers are refused: nobody could inspect them. */
export function decodeEmbeddings(raw: Record<string, unknown>): EmbedRequest {
  const { model, input, dimensions, encoding_format: format } = raw
  if (typeof model !== 'string' || model === '') throw invalid('model', '"model" must be the name of a model')
  const inputs = typeof input === 'string' ? [input] : input
  if (!Array.isArray(inputs) || inputs.length === 0) throw invalid('input', '"input" must be a text or a list with at least one text')
  if (inputs.some((each) => typeof each === 'number' || Array.isArray(each)))
    throw invalid('input', '"input" must be text: lists of token numbers are not taken, because they cannot be inspected')
  if (inputs.length > mostInputs) throw invalid('input', `"input" has ${inputs.length} texts, at most ${mostInputs} are allowed`)
  inputs.forEach((each, at) => {
    if (typeof each !== 'string' || each === '') throw invalid(`input.${at}`, `text ${at} of "input" must be a text that is not empty`)
  })
  if (dimensions !== undefined && dimensions !== null && !isCount(dimensions))
    throw invalid('dimensions', '"dimensions" must be a whole number from 1')
  if (format !== undefined && format !== null && format !== 'float' && format !== 'base64')
    throw invalid('encoding_format', '"encoding_format" must be float or base64')
  const request = { operation: 'embed', model, inputs: inputs as string[], stream: false, raw } as const
  return isCount(dimensions) ? { ...request, dimensions } : request
}

/** Vectors that were joined from several requests, or read from another dialect. */
export function encodeEmbeddings({ vectors = [], usage }: EventPayload, { model, raw }: EmbedRequest): string {
  const isBase64 = raw.encoding_format === 'base64'
  const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: isBase64 ? base64(vector) : numbers(vector) }))
  return JSON.stringify({ object: 'list', data, model, usage: usageOf(usage) })
}

export const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0
const base64 = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength).toString('base64')
/** Nine digits are enough to read the same number again. */
const numbers = (vector: Float32Array) => Array.from(vector, (value) => Number(value.toPrecision(9)))
const usageOf = (usage: Usage | undefined) => ({ prompt_tokens: usage?.inputTokens ?? 0, total_tokens: usage?.inputTokens ?? 0 })
