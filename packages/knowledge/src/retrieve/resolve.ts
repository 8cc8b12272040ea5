import type { Asker, DocumentRecord, Place, Reference, Resolved, SegmentRecord } from '@gatehouse/contracts'
import type { Documents } from '@gatehouse/kernel'
import type { Bases } from '../bases.ts'
import { sha256 } from '../hash.ts'
import { joinPlaces } from '../split/place.ts'
import type { Texts } from './texts.ts'

/** The passages behind references for this viewer, now. A mask is the same whether the document is forbidden, removed or changed beyond recognition. */
export function createResolve({ documents, bases, texts }: { documents: Documents; bases: Bases; texts: Texts }) {
  return async (references: readonly Reference[], viewer: Asker): Promise<Resolved[]> => {
    const segments = new Map(
      (await documents.segmentsById(references.map(({ segment }) => segment))).map((segment) => [segment.id, segment]),
    )
    const cache = new Map<string, Promise<DocumentRecord | undefined>>()
    const documentOf = (reference: Reference) => {
      const known = cache.get(reference.document) ?? load(reference)
      cache.set(reference.document, known)
      return known
    }
    const load = async ({ dataset, document }: Reference) => {
      const base = await bases.get(dataset)
      const found = base && (await documents.get(base.project, document))
      return found && found.dataset === dataset ? found : undefined
    }
    return Promise.all(
      references.map(async (reference): Promise<Resolved> => {
        const document = await documentOf(reference)
        const segment = segments.get(reference.segment)
        if (!document || !mayRead(document, viewer) || segment?.quarantine) return { readable: false }
        const text = (await texts.get(document.id, reference.version))?.slice(reference.start, reference.end)
        if (text === undefined || sha256(text) !== reference.hash) return { readable: false }
        const headings = segment?.headings ?? [] // of an older version they are not kept
        const place = segment && (await placeOf(segment, reference))
        const current = document.version === reference.version
        return { readable: true, reference, title: document.title, headings, ...(place && { place }), text, current }
      }),
    )
  }

  /** A passage may be several segments joined; the reference names one of them. */
  async function placeOf(segment: SegmentRecord, { start, end }: Reference): Promise<Place | undefined> {
    if (!segment.place || (segment.start <= start && segment.end >= end)) return segment.place
    const { items } = await documents.segments(segment.document, {
      after: Math.max(0, segment.position - around - 1),
      limit: 2 * around + 1,
    })
    return joinPlaces(items.filter((other) => other.start < end && other.end > start).map(({ place }) => place))
  }
}

const around = 10

export const mayRead = ({ principals, enabled }: DocumentRecord, { principals: mine }: Asker): boolean =>
  enabled && mine.length > 0 && principals.some((principal) => principal === 'public' || mine.includes(principal))
