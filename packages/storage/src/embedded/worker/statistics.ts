import type { Database } from './database.ts'
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

export function saveStatistics(database: Database, dataset: number, statistics: Statistics): void {
  const body = statistics.changes('body')
  const identity = statistics.changes('identity')
  saveTerms(database, dataset, 'body', body.terms)
  saveTerms(database, dataset, 'identity', identity.terms)
  database.run(
    `UPDATE dataset SET documents = documents + ?, identity_length = identity_length + ?, segments = segments + ?, segment_length = segment_length + ?
      WHERE id = ?`,
    ...[identity.count, identity.length, body.count, body.length, dataset],
  )
}

function saveTerms(database: Database, dataset: number, field: Field, changes: ReadonlyMap<string, number>): void {
  for (const [term, change] of changes) {
    if (change > 0)
      database.run(
        'INSERT INTO dataset_term(dataset, field, term, df) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET df = df + excluded.df',
        ...[dataset, field, term, change],
      )
    if (change >= 0) continue
    database.run('UPDATE dataset_term SET df = df + ? WHERE dataset = ? AND field = ? AND term = ?', change, dataset, field, term)
    database.run('DELETE FROM dataset_term WHERE dataset = ? AND field = ? AND term = ? AND df <= 0', dataset, field, term)
  }
}
