import type { DocumentRecord, Principal } from '@gatehouse/contracts'
import { type IndexedDocument, uuidv7 } from '@gatehouse/kernel'
import { createVocabulary, type Random, seeded, sentenceOf, type Vocabulary, writeText } from './corpus.ts'

// The documents of the retrieval bench, the questions, and for each question a segment that is the answer.

export const segmentsPerDocument = 20
export const kinds = ['usual', 'common', 'mixed', 'long', 'chinese', 'common chinese'] as const
export type Kind = (typeof kinds)[number]

/** How much of everything an asker may read; the smaller shares lie within the larger ones. */
export const shares = [1, 0.5, 0.1, 0.01] as const
export const labelOf = (part: number): Principal => `group:reads-${part * 100}`

export interface Question {
  readonly kind: Kind
  readonly text: string
  /** A sentence with the question's words, in one segment that everybody here may read, and in one that only some may. */
  readonly needle: string
  /** Where it is: of document and segment. `rank` says nothing for questions of common words only: others may be as good. */
  readonly isFound: boolean
}
export interface Haystack {
  readonly questions: readonly Question[]
  /** Documents from `first` on, each the same however often it is made. */
  documentAt(at: number): { document: DocumentRecord; indexed: IndexedDocument; text: string }
  readonly english: Vocabulary
}

const ranks: Readonly<Record<Kind, readonly (readonly [first: number, last: number, words: number])[]>> = {
  usual: [[200, 5000, 4]],
  common: [[12, 90, 4]],
  mixed: [
    [12, 90, 2],
    [800, 8000, 2],
  ],
  long: [
    [20, 300, 12],
    [300, 12_000, 12],
  ],
  chinese: [[150, 3000, 4]],
  'common chinese': [[5, 60, 4]],
}

export function createHaystack({ dataset, perKind, documents }: { dataset: string; perKind: number; documents: number }): Haystack {
  const english = createVocabulary('en')
  const chinese = createVocabulary('zh')
  const random = seeded(3)
  const questions = kinds.flatMap((kind) =>
    Array.from({ length: perKind }, () => questionOf(kind, kind.endsWith('chinese') ? chinese : english, random)),
  )
  const planted = plan(questions, documents)
  return {
    questions,
    english,
    documentAt: (at) => {
      const language = at % 3 === 2 ? chinese : english
      return makeDocument({ at, dataset, vocabulary: language, needles: planted.get(at) ?? [] })
    },
  }
}

function questionOf(kind: Kind, vocabulary: Vocabulary, random: Random): Question {
  const words = ranks[kind].flatMap(([first, last, count]) => Array.from({ length: count }, () => vocabulary.between(random, first, last)))
  const sentence = sentenceOf(vocabulary, random, words)
  const text = vocabulary.language === 'zh' ? `${words.join('')}吗？` : `what does it say about ${words.join(' ')}?`
  return { kind, text, needle: sentence, isFound: !kind.startsWith('common') }
}

/** A document whose number is a multiple of 100 is read by everybody of the bench, one that leaves 99 by few. */
const isForAll = (at: number) => at % 100 === 0
function plan(questions: readonly Question[], documents: number): Map<number, { needle: string; segment: number }[]> {
  const planted = new Map<number, { needle: string; segment: number }[]>()
  const put = (at: number, needle: string, segment: number) => planted.set(at, [...(planted.get(at) ?? []), { needle, segment }])
  const hundreds = Math.max(1, Math.floor(documents / 100))
  questions.forEach(({ needle }, at) => {
    put((at % hundreds) * 100, needle, Math.floor(at / hundreds) % segmentsPerDocument)
    put(((at * 7) % hundreds) * 100 + 99, needle, at % segmentsPerDocument)
  })
  return planted
}

export const principalsOf = (at: number): Principal[] => {
  if (isForAll(at)) return shares.map(labelOf)
  if (at % 100 === 99) return [labelOf(1)]
  return shares.filter((part) => at % 100 < part * 100).map(labelOf)
}

interface Made {
  readonly at: number
  readonly dataset: string
  readonly vocabulary: Vocabulary
  readonly needles: readonly { needle: string; segment: number }[]
}
function makeDocument({ at, dataset, vocabulary, needles }: Made) {
  const random = seeded(1000 + at)
  const title = sentenceOf(vocabulary, random, [vocabulary.between(random, 50, 4000), vocabulary.between(random, 50, 4000)]).replace(
    /[.。] ?$/,
    '',
  )
  const id = uuidv7(1_790_000_000_000 + at)
  const segments: IndexedDocument['segments'][number][] = []
  let text = ''
  for (let position = 0; position < segmentsPerDocument; position++) {
    const own = needles.filter(({ segment }) => segment === position).map(({ needle }) => needle)
    // twice, as a text does that is about something: other segments have some of the words by chance
    const body = `${own.join('')}${writeText(vocabulary, random, vocabulary.language === 'zh' ? 120 : 70)}${own.join('')}`
    const start = text.length
    text += `${body}\n\n`
    segments.push({
      ...{ id: uuidv7(1_790_000_000_000 + at), position: position + 1, headings: [], start, end: start + body.length, text: body },
      ...{ hash: `${at}-${position}`, body: `${title}\n${body}` },
    })
  }
  const principals = principalsOf(at)
  const document: DocumentRecord = {
    ...{ id, project: 'default', dataset, name: `${at}.md`, title, mediaType: 'text/markdown', metadata: {}, principals },
    ...{ status: 'completed', enabled: true, version: 1, contentHash: `${at}`, blob: `documents/${id}/1/original`, bytes: text.length },
    ...{
      characters: text.length,
      segments: segments.length,
      quarantined: 0,
      batch: 'bench',
      createdBy: 'system',
      createdAt: 1,
      updatedAt: 1,
      times: {},
    },
  }
  const indexed = { id, project: 'default', dataset, version: 1, identity: title, principals, segments }
  return { document, indexed, text }
}
