import type { Reference, Source } from '@gatehouse/contracts'
import type { Candidate } from '@gatehouse/kernel'
import { sha256 } from '../hash.ts'
import { joinPlaces } from '../split/place.ts'
import type { Ranked } from './fusion.ts'
import type { Texts } from './texts.ts'

/** A passage before it has a number: one segment, or neighbours joined. */
export type Passage = Omit<Source, 'n'>

export const referenceOf = ({ dataset, document, version, segment, start, end, hash }: Candidate): Reference => ({
  ...{ dataset, document, version, segment, start, end, hash },
})

/** Segments that follow each other in a document, with nothing between, become one passage at the place of the better one. */
export async function passagesOf(taken: readonly Ranked[], texts: Texts): Promise<Passage[]> {
  const groups: Ranked[][] = []
  for (const each of taken) {
    const group = groups.find((other) => other.some((member) => isNeighbour(member.candidate, each.candidate)))
    if (group) group.push(each)
    else groups.push([each])
  }
  return Promise.all(groups.map((group) => (group.length === 1 ? single(group[0]!) : joined(group, texts))))
}

const single = ({ candidate, score }: Ranked): Passage => ({
  ...{ reference: referenceOf(candidate), title: candidate.title, headings: candidate.headings, text: candidate.text, score },
  ...(candidate.place && { place: candidate.place }),
})

/** Only white space may stand between: a heading or a quarantined piece parts them. */
function isNeighbour(a: Candidate, b: Candidate): boolean {
  if (a.document !== b.document || a.version !== b.version || Math.abs(a.position - b.position) !== 1) return false
  const [first, second] = a.start < b.start ? [a, b] : [b, a]
  return second.start - first.end <= 2
}

/** Others may write where the text lies: what is not as it was indexed is not given to a model. */
function isAsIndexed(whole: string, group: readonly Ranked[]): boolean {
  const parts = group.map(({ candidate }) => candidate).toSorted((a, b) => a.start - b.start)
  return parts.every(
    ({ start, end, hash }, at) =>
      sha256(whole.slice(start, end)) === hash && (at === 0 || whole.slice(parts[at - 1]!.end, start).trim() === ''),
  )
}

async function joined(group: readonly Ranked[], texts: Texts): Promise<Passage> {
  const best = group[0]!.candidate
  const whole = await texts.get(best.document, best.version)
  if (whole === undefined || !isAsIndexed(whole, group)) return single(group[0]!)
  const start = Math.min(...group.map(({ candidate }) => candidate.start))
  const end = Math.max(...group.map(({ candidate }) => candidate.end))
  const text = whole.slice(start, end)
  const place = joinPlaces(group.map(({ candidate }) => candidate.place))
  return {
    reference: { ...referenceOf(best), start, end, hash: sha256(text) },
    ...{ title: best.title, headings: best.headings, text, score: group[0]!.score },
    ...(place && { place }),
  }
}
