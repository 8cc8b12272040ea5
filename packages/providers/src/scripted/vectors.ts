/** What the scripted vendor makes of texts: plain functions of the words, no model. */
export interface VectorScript {
  /** Undefined: this text is unknown, and the request is refused. */
  readonly embed?: (text: string) => ArrayLike<number> | undefined
  readonly score?: (query: string, document: string) => number
}

const length = 64

/** Three characters in a row, each counted at one of 64 places. */
export function hashedVector(text: string, dimensions = length): number[] {
  const vector = new Array<number>(dimensions).fill(0)
  const padded = ` ${text.toLowerCase()} `
  for (let at = 0; at + 3 <= padded.length; at++) {
    let value = 0x811c9dc5
    for (let step = 0; step < 3; step++) value = Math.imul(value ^ padded.charCodeAt(at + step), 0x01000193)
    vector[(value >>> 0) % dimensions]! += 1
  }
  const norm = Math.hypot(...vector) || 1
  return vector.map((value) => value / norm)
}

const sharedWords = (query: string, document: string): number => {
  const asked = new Set(query.toLowerCase().split(/\s+/))
  return (
    document
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => asked.has(word)).length / (asked.size || 1)
  )
}

/** The body of a reply to `/embeddings` or `/rerank`; undefined for other paths. Model names choose what goes wrong. */
export function vectorReply(path: string, body: string, script: VectorScript): { status: number; body: unknown } | undefined {
  if (path.endsWith('/embeddings')) return embedded(JSON.parse(body) as Asked, script)
  return /\/(rerank|reranks)$/.test(path) ? ranked(JSON.parse(body) as Asked, script) : undefined
}

interface Asked {
  readonly model: string
  readonly input?: string | readonly string[]
  readonly dimensions?: number
  readonly encoding_format?: string
  readonly query?: string
  readonly documents?: readonly string[]
  readonly top_n?: number
}

function embedded({ model, input = [], dimensions, encoding_format }: Asked, { embed }: VectorScript) {
  const texts = typeof input === 'string' ? [input] : input
  const vectors = texts.map((text) => (embed ? embed(text) : hashedVector(text, dimensions)))
  if (vectors.includes(undefined)) return { status: 400, body: { error: { message: 'unknown text', code: 'unknown_text' } } }
  let data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encoded(Array.from(vector!), encoding_format) }))
  if (model === 'vectors-short') data = data.slice(1)
  if (model === 'vectors-shuffled') data = data.reverse()
  if (model === 'vectors-uneven') data = data.map((item, at) => (at === 1 ? { ...item, embedding: [1, 2] } : item))
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0)
  return { status: 200, body: { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } } }
}

const encoded = (vector: number[], format: string | undefined): number[] | string =>
  format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector

function ranked({ model, query = '', documents = [], top_n = documents.length }: Asked, { score = sharedWords }: VectorScript) {
  const results = documents
    .map((document, index) => ({ index, relevance_score: score(query, document) }))
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, top_n)
  const tokens = documents.reduce((sum, document) => sum + Math.ceil((document.length + query.length) / 4), 0)
  return { status: 200, body: { model, results, usage: { total_tokens: tokens } } }
}
