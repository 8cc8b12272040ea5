import type { DocumentRecord, SegmentRecord, Verdict } from '@gatehouse/contracts'
import {
  AppError,
  type Blobs,
  type Clock,
  cleanName,
  type Documents,
  type IndexedDocument,
  type Inspector,
  type SearchIndex,
} from '@gatehouse/kernel'
import type { Base, Bases } from '../bases.ts'
import { embeddingKey } from '../embed/dataset-embedding.ts'
import { type Embedded, type EmbedPorts, embedSegments, ingestAsker } from '../embed/embed-segments.ts'
import type { Prepared } from '../extract/prepare.ts'
import type { Reader } from '../extract/reading.ts'
import { sha256 } from '../hash.ts'
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
  /** Absent: there are no models, and documents are searched by words. */
  readonly embed?: Pick<EmbedPorts, 'models' | 'states'>
}

type Segment = IndexedDocument['segments'][number]
type Quarantine = NonNullable<SegmentRecord['quarantine']>

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
  // others may write where the bytes lie
  if (sha256(bytes) !== document.contentHash)
    throw new AppError('invalid_request', 'the file’s content is not what was handed in; upload it again')
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
  const inspected = await inspectAll(prepared, { ...document, title, version }, base.spec.policy, ports)
  const split = clock.now()
  await tell('indexing')
  const { segments, problem } = await embedded(inspected, document, base, ports)
  const text = new TextEncoder().encode(prepared.text)
  await blobs.put(textKey(document.id, version), text)
  const { id, project, dataset, principals } = document
  const identity = identityOf({ ...document, title })
  await ports.index.replace({ id, project, dataset, version, identity, principals, segments })
  const now = clock.now()
  const { status: _, ...metadata } = document.metadata
  await documents.update(id, {
    metadata: saysSuperseded(prepared.text) ? { ...metadata, status: 'superseded' } : metadata,
    ...{ title, version, textHash: sha256(text), status: 'completed', characters: prepared.text.length, updatedAt: now },
    ...{ segments: segments.length, quarantined: segments.filter(({ quarantine }) => quarantine).length },
    times: { extracted, split, indexed: now, completed: now },
    ...(problem ? { error: byWordsOnly(problem, base) } : noError),
  })
  if (problem) throw new AppError(problem.code, problem.message, { cause: problem, details: { ...problem.details, searchable: true } })
  const current = await ports.bases.get(dataset)
  if (current && embeddingKey(current.spec.embedding) !== embeddingKey(base.spec.embedding))
    throw new AppError('conflict', 'the embedding model was changed meanwhile')
}

async function embedded(segments: readonly Segment[], document: DocumentRecord, base: Base, ports: ProcessPorts): Promise<Embedded> {
  const { embedding, policy } = base.spec
  if (!embedding) return { segments }
  if (!ports.embed) return { segments, problem: new AppError('unsupported', 'this server has no models to embed with') }
  const { id, project, dataset } = document
  return embedSegments(segments, { id, project, dataset, policy }, embedding, { ...ports, ...ports.embed })
}

const byWordsOnly = ({ message }: AppError, { spec }: Base) => ({
  code: 'embedding_failed',
  message: `found by words only, because the embedding model ${spec.embedding?.model} failed: ${message}. See to the model, then process the document again`,
})

// undefined takes the field out of the record; the port's type cannot say so
export const noError = { error: undefined } as unknown as Pick<DocumentRecord, never>

/** The title given by people, else the document's own. */
const titled = ({ title, name }: DocumentRecord, prepared: Prepared): string =>
  title && title !== name ? title : cleanName(prepared.title ?? '') || title || name

async function inspectAll(prepared: Prepared, document: DocumentRecord, policy: string, ports: ProcessPorts): Promise<Segment[]> {
  const { id: newId, inspector } = ports
  const { id, dataset, version, project, title } = document
  return Promise.all(
    prepared.pieces.map(async ({ headings, place, start, end, hash, hidden }, at) => {
      const segment = newId()
      const text = prepared.text.slice(start, end)
      const source = { dataset, document: id, version, segment, start, end, hash }
      const verdict = await inspector.inspect({ stage: 'ingest', text, policy, project, source }, ingestAsker)
      const quarantine = quarantineOf(verdict, hidden)
      return {
        id: segment,
        position: at + 1,
        headings,
        ...(place && { place }), // shown with the passage, not searched: a page number is no word of the document
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
