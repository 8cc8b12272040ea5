import type { DocumentRecord, Principal } from '@gatehouse/contracts'
import { AppError, type Connector, cleanName, cleanPath, type Jobs, uuidv7 } from '@gatehouse/kernel'
import type { Base } from '../bases.ts'
import type { DatasetEmbedding } from '../embed/dataset-embedding.ts'
import { queueEmbedding } from '../embed/embed-base.ts'
import { isHeavy, mediaTypeOf } from '../extract/media-types.ts'
import type { Cleaning } from '../extract/prepare.ts'
import { unreadable } from '../extract/refusal.ts'
import { sha256 } from '../hash.ts'
import type { Splitting } from '../split/piece.ts'
import { bodyOf, identityOf } from './identity.ts'
import { noError, type ProcessPorts } from './process.ts'
import { type SyncReport, syncBase } from './sync.ts'
import { type IngestWork, ingestQueue, originalKey, versionOf } from './work.ts'
import { startWorker, type WorkerOptions } from './worker.ts'

/** A file or text on its way into a knowledge base. */
export interface NewDocument {
  /** Id of the knowledge base. */
  readonly base: string
  readonly content: Uint8Array | string
  /** Of the file; its ending tells the kind where `mediaType` does not. */
  readonly name: string
  readonly title?: string
  /** Unique in the base: the same path again is new content of the same document. */
  readonly path?: string
  /** Replaces the content of this one. */
  readonly document?: string
  readonly mediaType?: string
  readonly language?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Who may read it; absent: what the knowledge base says. */
  readonly principals?: readonly Principal[]
  /** user:<id>, consumer:<id> or a connector's id. */
  readonly createdBy: string
  readonly splitting?: Splitting
  readonly cleaning?: Cleaning
  readonly batch?: string
}

export interface Ingest {
  /** Keeps the content and queues its indexing; resolves once nothing can be lost any more. Unchanged content is not read again. */
  add(input: NewDocument): Promise<DocumentRecord>
  /** Processes the newest content again. */
  retry(project: string, document: string): Promise<DocumentRecord>
  /** Gone from every search at once. */
  remove(project: string, document: string): Promise<boolean>
  /** What the vectors of a base are like; undefined when it has none. */
  embeddingOf(base: string): Promise<DatasetEmbedding | undefined>
  /** With all its documents. The resource itself is the caller's. */
  removeBase(base: string): Promise<void>
  /** Brings a base in line with a source: new, changed, moved access, removed. */
  sync(base: string, connector: Connector, source: string): Promise<SyncReport>
  /** Resolves when nothing is queued or under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

export type IngestPorts = Omit<ProcessPorts, 'id'> & { readonly jobs: Jobs; readonly id?: () => string }
export const mostBytes = 50_000_000

export function createIngest(given: IngestPorts, options: WorkerOptions): Ingest {
  const ports = { ...given, id: given.id ?? (() => uuidv7(given.clock.now())) }
  const { documents, index, blobs, bases, jobs, clock } = ports
  const worker = startWorker(ports, options)
  const unwatch = bases.watch(() => void embedAnew())
  void embedAnew()

  /** A base whose model changed gets new vectors. What fails here is tried again at the next change and the next start. */
  async function embedAnew(): Promise<void> {
    const { embed } = ports
    if (!embed) return
    try {
      if (await queueEmbedding(await bases.all(), jobs, embed)) worker.wake()
    } catch {
      // the store is busy or closing
    }
  }
  const known = new Set<string>()
  /** The index keeps a dataset for the base; made on first use, because a base may come from any door. */
  const ready = async ({ id, project }: Base) => {
    if (known.has(id)) return
    await index.createDataset({ id, project })
    known.add(id)
  }
  const queue = async (document: DocumentRecord, base: Base, { splitting, cleaning }: Pick<NewDocument, 'splitting' | 'cleaning'> = {}) => {
    const { project, id, blob } = document
    const work: IngestWork = { project, document: id, blob, splitting: splitting ?? base.spec.splitting, ...(cleaning && { cleaning }) }
    await jobs.add(ingestQueue, work)
    worker.wake()
  }

  const ingest: Ingest = {
    async add(given) {
      const input = tidied(given)
      const base = await bases.need(input.base)
      const bytes = typeof input.content === 'string' ? new TextEncoder().encode(input.content.toWellFormed()) : input.content
      if (bytes.length > mostBytes) throw unreadable('large', `the file has ${bytes.length} bytes, at most ${mostBytes} are allowed`)
      if (bytes.length === 0) throw unreadable('empty', 'the file is empty; upload one that has content')
      const mediaType = kindOf(input)
      const old = await existing(input, base)
      const contentHash = sha256(bytes)
      if (old && old.contentHash === contentHash && old.status !== 'error' && !input.splitting) return changedOnly(old, input, base)
      await ready(base)
      const document = old ? await renew(old, input, contentHash, bytes, mediaType) : fresh(input, base, contentHash, bytes, mediaType)
      if (!old) {
        await blobs.put(document.blob, bytes)
        await documents.put(document)
      }
      if (old && input.principals && !sameLabels(old.principals, input.principals)) await documents.setAccess(old.id, input.principals)
      await queue(document, base, input)
      return document
    },
    async retry(project, id) {
      const document = await documents.get(project, id)
      if (!document) throw new AppError('not_found', 'there is no such document')
      const base = await bases.need(document.dataset)
      const waiting = await documents.update(id, { status: 'waiting', updatedAt: clock.now(), ...noError })
      await queue(waiting, base)
      return waiting
    },
    async remove(project, id) {
      const document = await documents.get(project, id)
      if (!document) return false
      const removed = await documents.remove(id)
      await blobs.removeAll(`documents/${id}/`)
      return removed
    },
    embeddingOf: async (base) => ports.embed?.states.of(base),
    async removeBase(id) {
      const ids: string[] = []
      let after: string | undefined
      do {
        const page = await documents.list(id, { limit: 500, ...(after && { after }) })
        ids.push(...page.items.map((document) => document.id))
        after = page.next
      } while (after)
      await index.removeDataset(id)
      await ports.embed?.states.remove(id)
      known.delete(id)
      for (const document of ids) await blobs.removeAll(`documents/${document}/`)
    },
    sync: (base, connector, source) => syncBase({ ingest, documents, bases }, base, connector, source),
    idle: () => worker.idle(),
    async close() {
      unwatch()
      await worker.stop()
      await ports.reader.close()
    },
  }
  return ingest

  async function existing({ document, path }: NewDocument, base: Base): Promise<DocumentRecord | undefined> {
    if (document === undefined) return path === undefined ? undefined : documents.byPath(base.id, path)
    const found = await documents.get(base.project, document)
    if (!found || found.dataset !== base.id) throw new AppError('not_found', 'there is no such document')
    return found
  }

  /** The same bytes: only what is said about them may have changed. */
  async function changedOnly(old: DocumentRecord, input: NewDocument, base: Base): Promise<DocumentRecord> {
    let document = old
    if (input.principals && !sameLabels(old.principals, input.principals)) {
      await documents.setAccess(old.id, input.principals)
      document = { ...document, principals: input.principals }
    }
    const change = {
      ...(input.title !== undefined && input.title !== old.title && { title: input.title }),
      ...(input.name !== old.name && { name: input.name }),
      ...(input.language !== undefined && input.language !== old.language && { language: input.language }),
      ...(input.metadata !== undefined && JSON.stringify(input.metadata) !== JSON.stringify(old.metadata) && { metadata: input.metadata }),
    }
    if (Object.keys(change).length === 0) return document
    const changed = await documents.update(old.id, { ...change, updatedAt: clock.now() })
    if (identityOf(changed) !== identityOf(old) || bodyOf(changed.title, [], '') !== bodyOf(old.title, [], '')) await queue(changed, base)
    return changed
  }

  function fresh(input: NewDocument, base: Base, contentHash: string, bytes: Uint8Array, mediaType: string): DocumentRecord {
    const id = ports.id()
    const now = clock.now()
    return {
      ...{ id, project: base.project, dataset: base.id, name: input.name, title: input.title ?? input.name, mediaType },
      ...(input.path !== undefined && { path: input.path }),
      ...(input.language !== undefined && { language: input.language }),
      ...{ metadata: input.metadata ?? {}, principals: input.principals ?? base.spec.access, status: 'waiting', enabled: true, version: 0 },
      ...{ contentHash, blob: originalKey(id, 1), bytes: bytes.length, characters: 0, segments: 0, quarantined: 0 },
      ...{ batch: input.batch ?? ports.id(), createdBy: input.createdBy, createdAt: now, updatedAt: now, times: {} },
    }
  }

  /** Only what changed: labels in particular are the record's own, and may have been revoked a moment ago. */
  async function renew(old: DocumentRecord, input: NewDocument, contentHash: string, bytes: Uint8Array, mediaType: string) {
    const blob = originalKey(old.id, versionOf(old.blob) + 1)
    await blobs.put(blob, bytes)
    return documents.update(old.id, {
      ...{ name: input.name, mediaType, status: 'waiting', contentHash, bytes: bytes.length, updatedAt: clock.now() },
      ...{ blob, batch: input.batch ?? ports.id(), times: {}, ...noError },
      ...(input.title !== undefined && { title: input.title }),
      ...(input.language !== undefined && { language: input.language }),
      ...(input.metadata !== undefined && { metadata: input.metadata }),
    })
  }
}

/** The one place where names from outside are cleaned. */
function tidied(input: NewDocument): NewDocument {
  const path = input.path === undefined ? '' : cleanPath(input.path)
  const { path: _, ...rest } = input
  return {
    ...rest,
    name: cleanName(input.name) || 'document',
    ...(input.title !== undefined && { title: cleanName(input.title) }),
    ...(path && { path }),
  }
}

/** Text handed in as text stays text, also when it is named after the file it came from. */
function kindOf({ content, name, mediaType }: NewDocument): string {
  const kind = mediaTypeOf(name, mediaType)
  return typeof content === 'string' && isHeavy(kind) ? 'text/plain' : kind
}

export const sameLabels = (a: readonly Principal[], b: readonly Principal[]): boolean =>
  a.length === b.length && a.every((principal) => b.includes(principal))
