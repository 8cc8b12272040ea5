import { type IndexedDocument, scoreWords, tokensOf } from '@gatehouse/kernel'

/** The hashes of the best segments of those that may be read, found by scoring every one with the statistics of all. */
export function exhaustively(text: string, all: readonly IndexedDocument[], readable: readonly IndexedDocument[], most: number): string[] {
  const statistics = statisticsOf(all)
  const rows = readable.flatMap(({ identity, segments }) =>
    segments.map(({ body, hash }) => ({ dataset: 'bench', body, identity, segments: segments.length, hash })),
  )
  const scores = scoreWords(text, rows, new Map([['bench', statistics]]))
  return rows
    .map(({ hash }, at) => ({ hash, score: scores[at]!.body + 0.3 * scores[at]!.identity }))
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ hash }) => hash)
}

const known = new WeakMap<readonly IndexedDocument[], ReturnType<typeof count>>()
function statisticsOf(all: readonly IndexedDocument[]) {
  const found = known.get(all) ?? count(all)
  known.set(all, found)
  return found
}
const count = (all: readonly IndexedDocument[]) => ({
  body: fieldOf(all.flatMap(({ segments }) => segments.map(({ body }) => body))),
  identity: fieldOf(all.map(({ identity }) => identity)),
})

function fieldOf(texts: readonly string[]) {
  const frequencies = new Map<string, number>()
  let length = 0
  for (const text of texts) {
    const tokens = tokensOf(text)
    length += tokens.length
    for (const token of new Set(tokens)) frequencies.set(token, (frequencies.get(token) ?? 0) + 1)
  }
  return { count: texts.length, averageLength: length / texts.length, frequency: (term: string) => frequencies.get(term) ?? 0 }
}
