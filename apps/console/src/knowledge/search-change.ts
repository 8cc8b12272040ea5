export const modes = ['hybrid', 'words', 'vectors'] as const

type Fields = Readonly<Record<string, string>>

/** The form's fields → what is changed; an empty model takes it away. */
export function searchChange(fields: Fields) {
  const number = (name: string) => (fields[name] ? Number(fields[name]) : undefined)
  const [dimensions, vectors, candidates, timeout] = ['dimensions', 'weight', 'candidates', 'timeout'].map(number)
  const { embedding = '', rerank = '', mode } = fields
  return {
    embedding: embedding ? { model: embedding, ...(dimensions !== undefined && { dimensions }) } : null,
    retrieval: {
      topK: number('topK') ?? 5,
      threshold: number('threshold') ?? 0,
      mode: modes.find((each) => each === mode) ?? 'hybrid',
      weights: vectors === undefined ? null : { words: Math.round((1 - vectors) * 1000) / 1000, vectors },
      rerank: rerank ? { model: rerank, candidates: candidates ?? 50, timeout: timeout ?? 800 } : null,
    },
  }
}
