import type { Asker, Embedding } from '@gatehouse/contracts'
import { AppError, type Blobs, type IndexedDocument, type Inspector, type SearchModels, toAppError } from '@gatehouse/kernel'
import { sha256 } from '../hash.ts'
import { redacted } from '../redacted.ts'
import { type DatasetEmbeddings, embeddingKey } from './dataset-embedding.ts'
import { normalised, readKept, writeKept } from './kept-vectors.ts'

export interface EmbedPorts {
  readonly models: SearchModels
  readonly states: DatasetEmbeddings
  readonly blobs: Blobs
  readonly inspector: Inspector
}
type Segment = IndexedDocument['segments'][number]

export const ingestAsker: Asker = { consumer: 'ingest', principals: [] }

const atOnce = 64
/** Models read about eight thousand tokens; segments are far shorter unless somebody split them by hand. */
const mostCharacters = 8000

export interface EmbedTarget {
  readonly id: string
  readonly project: string
  readonly dataset: string
  readonly policy: string
}
export interface Embedded {
  readonly segments: readonly Segment[]
  /** Why some have no vector. */
  readonly problem?: AppError
}

/**
 * Gives the segments their vectors: those of unchanged texts are taken over, the others are asked for in batches. What the guards put aside
 * goes to no vendor, and what they redact goes redacted. A failure is a value: the document stays searchable by words.
 */
export async function embedSegments(
  segments: readonly Segment[],
  target: EmbedTarget,
  embedding: Embedding,
  ports: EmbedPorts,
): Promise<Embedded> {
  const key = embeddingKey(embedding)
  const texts = await textsOf(segments, target, ports.inspector)
  const kept = await readKept(ports.blobs, target.id, key)
  const missing = [...new Map([...texts.values()].map((text) => [text.hash, text])).values()].filter(({ hash }) => !kept.has(hash))
  let problem: AppError | undefined
  try {
    await inTurn(missing, (batch) => ask(batch, target, embedding, kept, ports))
    await checkDimensions(kept, target, embedding, ports.states)
  } catch (thrown) {
    problem = toAppError(thrown)
  }
  const used = new Set([...texts.values()].map(({ hash }) => hash))
  const now = new Map([...kept].filter(([hash]) => used.has(hash)))
  if (missing.length > 0 || now.size < kept.size) await writeKept(ports.blobs, target.id, key, now)
  if (problem?.details.dimensions) return { segments, problem }
  const complete = segments.map((segment) => {
    const vector = now.get(texts.get(segment.id)?.hash ?? '')
    return vector ? { ...segment, vector } : segment
  })
  return { segments: complete, ...(problem && { problem }) }
}

interface Text {
  readonly hash: string
  readonly text: string
}

async function textsOf(segments: readonly Segment[], { policy, project }: EmbedTarget, inspector: Inspector): Promise<Map<string, Text>> {
  const texts = new Map<string, Text>()
  for (const { id, body, quarantine } of segments) {
    if (quarantine) continue
    const { action, findings, monitored } = await inspector.inspect({ stage: 'ingest', text: body, policy, project }, ingestAsker)
    if (!monitored && action !== 'allow' && action !== 'flag' && action !== 'redact') continue
    const text = (action === 'redact' && !monitored ? redacted(body, findings) : body).slice(0, mostCharacters).toWellFormed()
    if (text.trim()) texts.set(id, { text, hash: sha256(text) })
  }
  return texts
}

async function inTurn(missing: readonly Text[], work: (batch: readonly Text[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < missing.length; at += atOnce) await work(missing.slice(at, at + atOnce))
}

async function ask(
  batch: readonly Text[],
  { project }: EmbedTarget,
  { model, dimensions }: Embedding,
  into: Map<string, Float32Array>,
  { models }: EmbedPorts,
): Promise<void> {
  const inputs = batch.map(({ text }) => text)
  const raw = {}
  const request = { operation: 'embed', model, inputs, stream: false, raw, ...(dimensions !== undefined && { dimensions }) } as const
  const vectors = await taking(() => models.embed(request, { project, asker: ingestAsker, inspected: true }))
  for (const [at, { hash }] of batch.entries()) {
    const vector = normalised(vectors[at]!)
    if (vector) into.set(hash, vector)
  }
}

/** Calls under way, whichever documents they are for. */
const width = 4
let under = 0
const waiting: (() => void)[] = []

async function taking<Result>(work: () => Promise<Result>): Promise<Result> {
  if (under >= width) await new Promise<void>((resolve) => waiting.push(resolve))
  else under++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next)
      next() // the place goes on to who waits
    else under--
  }
}

/** The first vectors of a dataset say how long all are. */
async function checkDimensions(
  vectors: ReadonlyMap<string, Float32Array>,
  { dataset }: EmbedTarget,
  { model, dimensions: asked }: Embedding,
  states: DatasetEmbeddings,
): Promise<void> {
  const found = vectors.values().next().value?.length
  const state = found === undefined ? undefined : await states.of(dataset)
  if (!state || found === undefined || state.key !== embeddingKey({ model, ...(asked !== undefined && { dimensions: asked }) })) return
  if (state.dimensions === undefined) await states.put(dataset, { ...state, dimensions: found })
  else if (state.dimensions !== found)
    throw new AppError(
      'upstream_failed',
      `the model ${model} gives vectors of ${found} dimensions now, the others of this knowledge base have ${state.dimensions}; choose another model name for it, so that all are made anew`,
      { details: { dimensions: found } },
    )
}
