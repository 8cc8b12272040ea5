/** What one field of one dataset looks like: segments by body, documents by identity. */
export interface FieldStatistics {
  /** How many segments (body) or documents (identity). */
  readonly count: number
  /** In tokens of the index form. */
  readonly averageLength: number
  /** In how many of them a term occurs. Asked for the query's terms, and for the terms of long documents' identities. */
  frequency(term: string): number
}
/** Of one dataset: never across datasets, hence never across projects. */
export interface DatasetStatistics {
  readonly body: FieldStatistics
  readonly identity: FieldStatistics
}

/** Rare terms weigh more. A term nobody wrote weighs as much as the rarest. */
export function idf(field: FieldStatistics, term: string): number {
  const found = field.frequency(term)
  return found > 0 ? Math.log(1 + (field.count - found + 0.5) / (found + 0.5)) : Math.log(1 + field.count)
}
