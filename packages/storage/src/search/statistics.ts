import { tokensOf } from './text.ts'

export type Field = 'body' | 'identity'

/** What one document's change does to its dataset's statistics: collected first, written once. */
export class Statistics {
  readonly #changes: Record<Field, Map<string, number>> = { body: new Map(), identity: new Map() }
  readonly #counts: Record<Field, number> = { body: 0, identity: 0 }
  readonly #lengths: Record<Field, number> = { body: 0, identity: 0 }

  /** `sign` 1: the text joins the field; −1: it leaves. Returns its tokens, for the index. */
  count(field: Field, text: string, sign: 1 | -1): string[] {
    const tokens = tokensOf(text)
    const changes = this.#changes[field]
    for (const term of new Set(tokens)) changes.set(term, (changes.get(term) ?? 0) + sign)
    this.#counts[field] += sign
    this.#lengths[field] += sign * tokens.length
    return tokens
  }

  /** How the frequencies of a field's terms change, and by how much its texts and tokens. */
  changes(field: Field): { terms: ReadonlyMap<string, number>; count: number; length: number } {
    return { terms: this.#changes[field], count: this.#counts[field], length: this.#lengths[field] }
  }
}

/** What a dataset counts of itself. */
export interface DatasetRow {
  readonly id: number
  readonly public_id: string
  readonly documents: number
  readonly identity_length: number
  readonly segments: number
  readonly segment_length: number
}

export const segmentsOf = (datasets: readonly DatasetRow[]): number => datasets.reduce((sum, { segments }) => sum + segments, 0)
