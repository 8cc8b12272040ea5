import type { Asker, ChatPassage, Citation, DocumentRecord, Reference, SegmentRecord } from '@gatehouse/contracts'
import type { Blobs, Datasets, Documents } from '@gatehouse/kernel'

export interface PassageTools {
  readonly datasets: Pick<Datasets, 'resolve'>
  readonly documents: Pick<Documents, 'get' | 'segments' | 'segmentsById'>
  readonly blobs: Pick<Blobs, 'get'>
  readonly project: string
}
const around = 4
const mostAround = 1_500

/** A cited passage as this viewer may see it now, with the text around it. */
export async function passageOf({ n, reference }: Citation, viewer: Asker, tools: PassageTools): Promise<ChatPassage> {
  const [resolved] = await tools.datasets.resolve([reference], viewer)
  if (!resolved?.readable) return { readable: false, n }
  const document = await tools.documents.get(tools.project, reference.document)
  if (!document) return { readable: false, n }
  const { title, headings, place, text, current } = resolved
  const surroundings = current ? await surroundingsOf(reference, tools) : { before: '', after: '' }
  return {
    ...{ readable: true, n, title, headings, ...(place && { place }), text, current, ...surroundings },
    ...{ version: reference.version, changedAt: document.times.indexed ?? document.updatedAt },
    ...(isGivenOut(document) && { original: document.name }),
  }
}

/** The file as it was handed in, of the cited version, for a viewer who may read it now. */
export async function originalOf(
  { reference }: Citation,
  viewer: Asker,
  { datasets, documents, blobs, project }: PassageTools,
): Promise<{ name: string; mediaType: string; bytes: Uint8Array } | undefined> {
  const [resolved] = await datasets.resolve([reference], viewer)
  const document = resolved?.readable ? await documents.get(project, reference.document) : undefined
  if (!document || !isGivenOut(document)) return undefined
  const bytes = await blobs.get(`documents/${document.id}/${reference.version}/original`)
  return bytes && { name: document.name, mediaType: document.mediaType, bytes }
}

/** What a guard has quarantined is for operators, and the file holds it. */
const isGivenOut = ({ quarantined }: DocumentRecord) => quarantined === 0

/** Up to the next segment that a guard has quarantined: its text is for operators. */
async function surroundingsOf(reference: Reference, { documents, blobs }: PassageTools): Promise<{ before: string; after: string }> {
  const nothing = { before: '', after: '' }
  const [own] = await documents.segmentsById([reference.segment])
  if (!own || own.document !== reference.document || own.version !== reference.version) return nothing
  const bytes = await blobs.get(`documents/${reference.document}/${reference.version}/text`)
  if (!bytes) return nothing
  const text = new TextDecoder().decode(bytes)
  const { items } = await documents.segments(reference.document, { after: Math.max(0, own.position - around - 1), limit: 2 * around + 1 })
  const from = edge(items.filter(({ position }) => position < own.position).toReversed())?.start ?? reference.start
  const to = edge(items.filter(({ position }) => position > own.position))?.end ?? reference.end
  return {
    before: text.slice(Math.max(from, reference.start - mostAround), reference.start),
    after: text.slice(reference.end, Math.min(to, reference.end + mostAround)),
  }
}

/** The last of the neighbours, outwards, before a quarantined one. */
function edge(outwards: readonly SegmentRecord[]): SegmentRecord | undefined {
  const closed = outwards.findIndex(({ quarantine }) => quarantine !== undefined)
  return (closed < 0 ? outwards : outwards.slice(0, closed)).at(-1)
}
