import { join } from 'node:path'
import { type Collection, gainAtTen, loadCollection, recallAt, sampled } from './collection.ts'
import { createHouse, type House } from './house.ts'

export interface RetrievalFigures {
  readonly set: string
  readonly documents: number
  readonly documentsPerSecond: number
  readonly queries: number
  readonly gain: number
  readonly recall10: number
  readonly recall100: number
  readonly p50: number
  readonly p95: number
}

const reader = { consumer: 'eval', principals: ['everyone' as const] }
const sources = 8

/** A collection, document by document as a client would send them, then its questions. */
export async function measureRetrieval(folder: string, set: string, most = 500): Promise<RetrievalFigures> {
  const collection = await loadCollection(join(folder, set))
  const house = await createHouse()
  try {
    const base = await house.addBase(set.replace(/[^a-z0-9-]/g, '-'), ['everyone'])
    const started = performance.now()
    const ids = await upload(house, base, collection)
    const perSecond = collection.documents.length / ((performance.now() - started) / 1000)
    return {
      set,
      documents: collection.documents.length,
      documentsPerSecond: Math.round(perSecond),
      ...(await ask(house, base, collection, ids, most)),
    }
  } finally {
    await house.close()
  }
}

async function upload({ ingest }: House, base: string, { documents }: Collection): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  let next = 0
  const one = async () => {
    for (let document = documents[next++]; document; document = documents[next++]) {
      const { _id, title, text } = document
      const content = (title ? `${title}\n\n${text}` : text) || title || ' '
      const added = await ingest
        .add({ base, content, name: (title || _id).slice(0, 200), mediaType: 'text/plain', createdBy: 'eval' })
        .catch(() => undefined)
      if (added) ids.set(added.id, _id)
    }
  }
  await Promise.all(Array.from({ length: sources }, one))
  await ingest.idle()
  return ids
}

async function ask({ datasets }: House, base: string, { queries, judgements }: Collection, ids: ReadonlyMap<string, string>, most: number) {
  const judged = sampled(
    queries.filter(({ _id }) => judgements.has(_id)),
    most,
  )
  const times: number[] = []
  const sums = { gain: 0, recall10: 0, recall100: 0 }
  for (const { _id, text } of judged) {
    const started = performance.now()
    const found = await datasets.search({
      datasets: [base],
      text: text.slice(0, 4000),
      principals: reader.principals,
      topK: 100,
      threshold: 0,
    })
    times.push(performance.now() - started)
    const ranked = [...new Set(found.taken.flatMap(({ candidate }) => ids.get(candidate.document) ?? []))]
    const right = judgements.get(_id)!
    sums.gain += gainAtTen(ranked, right)
    sums.recall10 += recallAt(10, ranked, right)
    sums.recall100 += recallAt(100, ranked, right)
  }
  times.sort((a, b) => a - b)
  const mean = (sum: number) => Math.round((sum / judged.length) * 10_000) / 10_000
  const at = (share: number) => Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) / 10
  return {
    ...{ queries: judged.length, gain: mean(sums.gain), recall10: mean(sums.recall10), recall100: mean(sums.recall100) },
    ...{ p50: at(0.5), p95: at(0.95) },
  }
}
