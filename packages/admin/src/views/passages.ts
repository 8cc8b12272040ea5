import type { Asker, PassageView, Reference, Resource, RetrievalRecord, RetrievalView } from '@gatehouse/contracts'
import type { Datasets } from '@gatehouse/kernel'

/** Looks references up for a viewer, all at once; the answer tells each as it may be seen now. */
export async function resolvePassages(
  datasets: Datasets,
  references: readonly Reference[],
  viewer: Asker,
): Promise<(reference: Reference) => PassageView> {
  const wanted = new Map(references.map((reference) => [keyOf(reference), reference]))
  const resolved = wanted.size ? await datasets.resolve([...wanted.values()], viewer) : []
  const seen = new Map([...wanted.keys()].map((key, index) => [key, resolved[index]]))
  return (reference) => {
    const found = seen.get(keyOf(reference))
    if (!found?.readable) return { readable: false }
    const { title, headings, place, text, current } = found
    return { readable: true, reference: { ...found.reference }, title, headings: [...headings], ...(place && { place }), text, current }
  }
}

const keyOf = ({ segment, version, start, end }: Reference) => `${segment}/${version}/${start}/${end}`

export const referencesOf = (records: readonly RetrievalRecord[]): Reference[] =>
  records.flatMap(({ used, left }) => [...used, ...left].map(({ reference }) => reference))

export function retrievalView(
  record: RetrievalRecord,
  passage: (reference: Reference) => PassageView,
  bases: readonly Resource<'KnowledgeBase'>[],
  scores: Readonly<Record<string, Readonly<Record<string, number>>>> = {},
): RetrievalView {
  const parts = (reference: Reference) => (scores[reference.segment] ? { scores: { ...scores[reference.segment] } } : {})
  return {
    bases: record.datasets.map((id) => {
      const base = bases.find((one) => one.id === id)
      return { id, name: base?.name ?? '', title: base?.spec.title ?? '' }
    }),
    used: record.used.map(({ n, score, reference }) => ({ n, score, ...parts(reference), passage: passage(reference) })),
    left: record.left.map(({ score, reason, reference }) => ({ score, reason, ...parts(reference), passage: passage(reference) })),
    withheld: record.withheld,
    weak: record.weak,
    ...(record.vectors && { vectors: { ...record.vectors } }),
    ...(record.rerank && { rerank: { ...record.rerank } }),
    took: record.took,
  }
}
