import type { DocumentRecord, Embedding, SegmentRecord } from '@gatehouse/contracts'
import { AppError, type Documents, type IndexedDocument, type Jobs, type SearchIndex, toAppError } from '@gatehouse/kernel'
import type { Base, Bases } from '../bases.ts'
import { sha256 } from '../hash.ts'
import { bodyOf, identityOf } from '../ingest/identity.ts'
import { embedQueue } from '../ingest/work.ts'
import { embeddingKey } from './dataset-embedding.ts'
import { type EmbedPorts, embedSegments } from './embed-segments.ts'

/** The payload of a job that gives a knowledge base vectors of its model, or takes them away. */
export interface EmbedWork {
  readonly project: string
  readonly base: string
  /** Of the model; a job whose key is no longer the base's is dropped. */
  readonly key: string
}
export interface EmbedBasePorts {
  readonly documents: Documents
  readonly index: SearchIndex
  readonly bases: Bases
  readonly embed?: Omit<EmbedPorts, 'blobs' | 'inspector'>
  readonly blobs: EmbedPorts['blobs']
  readonly inspector: EmbedPorts['inspector']
}

/** Queues the work for every base whose vectors are not of the model it names; true when there was some. */
export async function queueEmbedding(bases: readonly Base[], jobs: Jobs, { states }: Pick<EmbedPorts, 'states'>): Promise<boolean> {
  let queued = false
  for (const { id, project, spec } of bases) {
    const key = embeddingKey(spec.embedding)
    const state = await states.of(id)
    if ((state?.key ?? '') === key && !state?.changing) continue
    if ((state?.key ?? '') !== key) await states.put(id, { key, model: spec.embedding?.model ?? state?.model ?? '', changing: true })
    const work: EmbedWork = { project, base: id, key }
    await jobs.add(embedQueue, work, { id: `embed-${id}-${sha256(key).slice(0, 16)}` })
    queued = true
  }
  return queued
}

/** Document by document: each swaps whole. Interrupted, it goes on with what is kept already. */
export async function embedBase({ base: id, key }: EmbedWork, ports: EmbedBasePorts, isStopping: () => boolean): Promise<void> {
  const { embed, bases } = ports
  const base = await bases.get(id)
  if (!embed || !base || embeddingKey(base.spec.embedding) !== key) return
  const { embedding } = base.spec
  for await (const document of everyDocument(ports.documents, id)) {
    if (isStopping()) throw new AppError('overloaded', 'the server stops; it goes on after the next start')
    if (document.version > 0) await embedDocument(document, base, embedding, { ...ports, ...embed })
  }
  const state = await embed.states.of(id)
  if (state?.key !== key) return
  const { problem: _, ...ready } = state
  if (embedding) await embed.states.put(id, { ...ready, changing: false })
  else await embed.states.remove(id)
}

/** What operators may read of a change that does not go on. */
export async function noteProblem({ base, key }: EmbedWork, problem: AppError, states: EmbedPorts['states']): Promise<void> {
  const state = await states.of(base)
  if (state?.key === key) await states.put(base, { ...state, problem: problem.message })
}

async function embedDocument(
  document: DocumentRecord,
  base: Base,
  embedding: Embedding | undefined,
  ports: EmbedBasePorts & EmbedPorts,
): Promise<void> {
  const stored = await everySegment(ports.documents, document)
  const plain = stored.map(indexedForm(document))
  const { id, project, dataset, version, principals } = document
  const target = { id, project, dataset, policy: base.spec.policy }
  const { segments, problem } = embedding ? await embedSegments(plain, target, embedding, ports) : { segments: plain }
  if (problem) throw problem
  await ports.index
    .replace({ id, project, dataset, version, principals, identity: identityOf(document), segments })
    .catch((thrown: unknown) => {
      // removed meanwhile, or newer content came in: that has a job of its own
      if (!['not_found', 'conflict'].includes(toAppError(thrown).code)) throw thrown
    })
}

const indexedForm =
  ({ title }: DocumentRecord) =>
  ({ project: _, dataset: __, document: ___, version: ____, ...segment }: SegmentRecord): IndexedDocument['segments'][number] => ({
    ...segment,
    body: bodyOf(title, segment.headings, segment.text),
  })

async function* everyDocument(documents: Documents, base: string): AsyncGenerator<DocumentRecord> {
  let after: string | undefined
  do {
    const page = await documents.list(base, { limit: 200, ...(after && { after }) })
    yield* page.items
    after = page.next
  } while (after)
}

async function everySegment(documents: Documents, { id, version }: DocumentRecord): Promise<SegmentRecord[]> {
  const all: SegmentRecord[] = []
  let after: number | undefined
  for (;;) {
    const page = await documents.segments(id, { limit: 500, ...(after !== undefined && { after }) })
    all.push(...page.items)
    if (!page.next || page.items.length === 0) break
    after = Number(page.next)
  }
  if (all.some((segment) => segment.version !== version)) throw new AppError('conflict', 'the document changed while it was read')
  return all
}
