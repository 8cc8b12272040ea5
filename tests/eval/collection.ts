import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface CollectionDocument {
  readonly _id: string
  readonly title?: string
  readonly text: string
}
export interface CollectionQuery {
  readonly _id: string
  readonly text: string
  readonly metadata?: { readonly answers?: readonly string[]; readonly unanswerable?: boolean }
}
/** A retrieval collection: documents, questions, and which documents are right for which. */
export interface Collection {
  readonly documents: readonly CollectionDocument[]
  readonly queries: readonly CollectionQuery[]
  readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>
}

export async function loadCollection(folder: string): Promise<Collection> {
  const [documents, queries, judged] = await Promise.all([
    linesOf<CollectionDocument>(join(folder, 'corpus.jsonl')),
    linesOf<CollectionQuery>(join(folder, 'queries.jsonl')),
    readFile(join(folder, 'qrels.tsv'), 'utf8'),
  ])
  const judgements = new Map<string, Map<string, number>>()
  for (const line of judged.split('\n').slice(1)) {
    const [query, document, grade] = line.split('\t')
    if (!query || !document) continue
    const known = judgements.get(query) ?? new Map<string, number>()
    judgements.set(query, known.set(document, Number(grade)))
  }
  return { documents, queries, judgements }
}

export async function linesOf<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, 'utf8')
  return text.split('\n').flatMap((line) => (line.trim() ? [JSON.parse(line) as Line] : []))
}

/** Normalised discounted gain of the ten best. */
export function gainAtTen(ranked: readonly string[], right: ReadonlyMap<string, number>): number {
  const gain = (grades: readonly number[]) => grades.slice(0, 10).reduce((sum, grade, at) => sum + grade / Math.log2(at + 2), 0)
  const ideal = gain([...right.values()].sort((a, b) => b - a))
  return ideal > 0 ? gain(ranked.map((id) => right.get(id) ?? 0)) / ideal : 0
}
export function recallAt(depth: number, ranked: readonly string[], right: ReadonlyMap<string, number>): number {
  return ranked.slice(0, depth).filter((id) => right.has(id)).length / right.size
}

/** The same choice every time: by a hash of the id. */
export function sampled<Item extends { readonly _id: string }>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items]
  return [...items].sort((a, b) => order(a._id) - order(b._id) || (a._id < b._id ? -1 : 1)).slice(0, most)
}
export function order(id: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < id.length; at++) value = Math.imul(value ^ id.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}
