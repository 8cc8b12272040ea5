import { createHash } from 'node:crypto'
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
  const surroundings = current ? await surroundingsOf(reference, document, tools) : { before: '', after: '' }
  return {
    ...{ readable: true, n, title, headings, ...(place && { place }), text, current, ...surroundings },
    ...{ version: reference.version, changedAt: document.times.indexed ?? document.updatedAt },
    ...(isGivenOut(document, reference) && { original: document.name }),
  }
}

/** The file as it was handed in, while the cited version is the newest, for a viewer who may read it now. */
export async function originalOf(
  { reference }: Citation,
  viewer: Asker,
  { datasets, documents, blobs, project }: PassageTools,
): Promise<{ name: string; mediaType: string; bytes: Uint8Array } | undefined> {
  const [resolved] = await datasets.resolve([reference], viewer)
  const document = resolved?.readable ? await documents.get(project, reference.document) : undefined
  if (!document || !isGivenOut(document, reference)) return undefined
  const bytes = await blobs.get(originalKey(reference))
  return bytes && sha256(bytes) === document.contentHash ? { name: document.name, mediaType: document.mediaType, bytes } : undefined
}

/** What a guard has quarantined is for operators, and the file holds it. Of an older file it is not known any more whether something was. */
const isGivenOut = ({ quarantined, version, blob }: DocumentRecord, reference: Reference) =>
  quarantined === 0 && version === reference.version && blob === originalKey(reference)

const originalKey = ({ document, version }: Reference) => `documents/${document}/${version}/original`

/** Others may write where the bytes lie: they count only as they were put there. */
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Up to the next segment that a guard has quarantined: its text is for operators. */
async function surroundingsOf(
  reference: Reference,
  { textHash }: DocumentRecord,
  { documents, blobs }: PassageTools,
): Promise<{ before: string; after: string }> {
  const nothing = { before: '', after: '' }
  const [own] = await documents.segmentsById([reference.segment])
  if (!own || own.document !== reference.document || own.version !== reference.version) return nothing
  const bytes = await blobs.get(`documents/${reference.document}/${reference.version}/text`)
  if (!bytes || (textHash !== undefined && sha256(bytes) !== textHash)) return nothing
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
