import type { Asker, DocumentRecord, SegmentRecord, Verdict } from '@gatehouse/contracts'
import { AppError, type Blobs, type Clock, type Documents, type IndexedDocument, type Inspector, type SearchIndex } from '@gatehouse/kernel'
import type { Bases } from '../bases.ts'
import type { Prepared } from '../extract/prepare.ts'
import type { Reader } from '../extract/reading.ts'
import { bodyOf, identityOf } from './identity.ts'
import { saysSuperseded } from './superseded.ts'
import { type IngestWork, textKey, versionOf } from './work.ts'

export interface ProcessPorts {
  readonly documents: Documents
  readonly index: SearchIndex
  readonly blobs: Blobs
  readonly bases: Bases
  readonly inspector: Inspector
  readonly reader: Reader
  readonly clock: Clock
  readonly id: () => string
}

type Segment = IndexedDocument['segments'][number]
type Quarantine = NonNullable<SegmentRecord['quarantine']>

const ingestAsker: Asker = { consumer: 'ingest', principals: [] }
/** From this size on a document tells how far it is. */
const telling = 200_000

/** One content of one document: read, inspected, swapped in whole. Throws what is wrong with it. */
export async function processDocument(work: IngestWork, ports: ProcessPorts): Promise<void> {
  const { documents, blobs, clock } = ports
  const document = await documents.get(work.project, work.document)
  if (!document || document.blob !== work.blob) return // removed, or newer content was handed in
  const base = await ports.bases.get(document.dataset)
  if (!base) return
  const bytes = await blobs.get(work.blob)
  if (!bytes) throw new AppError('not_found', 'the file’s content is gone; upload it again')
  const tell = async (status: DocumentRecord['status']) => {
    if (bytes.length > telling) await documents.update(document.id, { status })
  }
  await tell('extracting')
  const { splitting, cleaning } = work
  const prepared = await ports.reader.prepare({
    bytes,
    name: document.name,
    mediaType: document.mediaType,
    splitting,
    ...(cleaning && { cleaning }),
  })
  const extracted = clock.now()
  await tell('splitting')
  const title = titled(document, prepared)
  const version = versionOf(work.blob)
  const segments = await inspectAll(prepared, { ...document, title, version }, base.spec.policy, ports)
  const split = clock.now()
  await tell('indexing')
  await blobs.put(textKey(document.id, version), new TextEncoder().encode(prepared.text))
  const { id, project, dataset, principals } = document
  const identity = identityOf({ ...document, title })
  await ports.index.replace({ id, project, dataset, version, identity, principals, segments })
  const now = clock.now()
  const { status: _, ...metadata } = document.metadata
  await documents.update(id, {
    metadata: saysSuperseded(prepared.text) ? { ...metadata, status: 'superseded' } : metadata,
    ...{ title, version, status: 'completed', characters: prepared.text.length, updatedAt: now },
    ...{ segments: segments.length, quarantined: segments.filter(({ quarantine }) => quarantine).length },
    times: { extracted, split, indexed: now, completed: now },
  })
}

/** The title given by people, else the document's own. */
const titled = ({ title, name }: DocumentRecord, prepared: Prepared): string =>
  title && title !== name ? title : (prepared.title ?? title ?? name)

async function inspectAll(prepared: Prepared, document: DocumentRecord, policy: string, ports: ProcessPorts): Promise<Segment[]> {
  const { id: newId, inspector } = ports
  const { id, dataset, version, project, title } = document
  return Promise.all(
    prepared.pieces.map(async ({ headings, pages, start, end, hash, hidden }, at) => {
      const segment = newId()
      const text = prepared.text.slice(start, end)
      const source = { dataset, document: id, version, segment, start, end, hash }
      const verdict = await inspector.inspect({ stage: 'ingest', text, policy, project, source }, ingestAsker)
      const quarantine = quarantineOf(verdict, hidden)
      return {
        id: segment,
        position: at + 1,
        // shown with the passage, not searched: a page number is no word of the document
        headings: pages ? [...headings, placeOf(pages)] : headings,
        start,
        end,
        text,
        hash,
        body: bodyOf(title, headings, text),
        ...(quarantine && { quarantine }),
      }
    }),
  )
}

const placeOf = ([first, last]: readonly [number, number]) => (first === last ? `page ${first}` : `pages ${first}–${last}`)

/** Visible to operators, found by nobody: what the policy blocks or nobody inspected, and text that the document hides from its readers. */
export function quarantineOf(verdict: Verdict, hidden: boolean): Quarantine | undefined {
  const { action, because, findings, monitored } = verdict
  if (!monitored && (action === 'block' || action === 'judge'))
    return { rule: because?.rule ?? findings[0]?.rule ?? 'policy', score: because?.score ?? 1 }
  if (!monitored && action === 'not-inspected') return { rule: 'not-inspected', score: 1 }
  return hidden
    ? { rule: because?.rule ?? findings[0]?.rule ?? 'hidden-text', score: because?.score ?? findings[0]?.score ?? 0.5 }
    : undefined
}
