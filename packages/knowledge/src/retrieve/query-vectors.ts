import type { RetrievalStep } from '@gatehouse/contracts'
import { AppError, type Caller, type Clock, type SearchModels, toAppError } from '@gatehouse/kernel'
import type { Base } from '../bases.ts'
import { type DatasetEmbeddings, embeddingKey } from '../embed/dataset-embedding.ts'
import { normalised } from '../embed/kept-vectors.ts'

/** A question's vector, or why there is none: then it is searched by words. */
export interface QueryVector {
  readonly vector?: Float32Array
  /** Absent when no model was asked for. */
  readonly step?: RetrievalStep
}
export interface QueryVectorPorts {
  readonly models: SearchModels
  readonly states: DatasetEmbeddings
  readonly clock: Clock
}
export type QueryVectors = (bases: readonly Base[], text: string, caller: Caller | undefined) => Promise<QueryVector>

/** Longer is not waited for: the words have their answer long before. */
const patience = 2_000
/** So long a model that failed is not asked again. */
const rest = 10_000
const mostBytes = 4 * 1024 * 1024

export function createQueryVectors({ models, states, clock }: QueryVectorPorts): QueryVectors {
  const known = new VectorCache(mostBytes)
  const failed = new Map<string, { readonly at: number; readonly reason: string }>()

  const ask = async (base: Base, model: string, text: string, caller: Caller): Promise<Float32Array> => {
    const { dimensions } = base.spec.embedding ?? {}
    const request = { operation: 'embed', model, inputs: [text], stream: false, raw: {}, ...(dimensions && { dimensions }) } as const
    const [vector] = await models.embed(request, caller, AbortSignal.timeout(patience))
    const usable = vector && normalised(vector)
    if (!usable) throw new AppError('upstream_failed', 'the model gave no usable vector')
    return usable
  }
  return async (bases, text, caller) => {
    const started = performance.now()
    const base = bases.find(({ spec }) => spec.embedding)
    const model = base?.spec.embedding?.model
    if (!base || model === undefined || text.trim() === '') return {}
    const step = (skipped?: string): RetrievalStep => ({
      model,
      ...(skipped !== undefined && { skipped }),
      took: Math.round((performance.now() - started) * 1000),
    })
    const refused = await whyNot(bases, states)
    if (refused !== undefined) return { step: step(refused) }
    if (!caller) return { step: step('nobody is named for whom the model would be asked') }
    const key = `${base.project}\n${embeddingKey(base.spec.embedding)}`
    const cached = known.get(`${key}\n${text}`)
    if (cached) return { vector: cached, step: step() }
    const before = failed.get(key)
    if (before && clock.now() - before.at < rest) return { step: step(before.reason) }
    try {
      const vector = await ask(base, model, text, caller)
      failed.delete(key)
      known.set(`${key}\n${text}`, vector)
      return { vector, step: step() }
    } catch (thrown) {
      const error = toAppError(thrown)
      const reason = error.code === 'cancelled' ? `the model did not answer within ${patience} ms` : error.message
      // what one caller may not do, or was refused, says nothing about the model
      if (error.code === 'upstream_failed' || error.code === 'timeout' || error.code === 'cancelled')
        failed.set(key, { at: clock.now(), reason })
      return { step: step(reason) }
    }
  }
}

/** Vectors of two models are never compared: neither within a knowledge base nor across those asked together. */
async function whyNot(bases: readonly Base[], states: DatasetEmbeddings): Promise<string | undefined> {
  const keys = new Set(bases.flatMap(({ spec }) => (spec.embedding ? [embeddingKey(spec.embedding)] : [])))
  if (keys.size > 1) return 'the knowledge bases asked together have different embedding models'
  for (const { id, name, spec } of bases) {
    const state = await states.of(id)
    if (!state && !spec.embedding) continue
    if (!state || state.changing || state.key !== embeddingKey(spec.embedding))
      return `the vectors of ${name} are being made anew${state?.problem ? `, which does not go on: ${state.problem}` : ''}`
  }
  return undefined
}

/** The vectors of questions asked lately, up to a number of bytes. */
class VectorCache {
  readonly #kept = new Map<string, Float32Array>()
  readonly #most: number
  #bytes = 0

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Float32Array | undefined {
    const found = this.#kept.get(key)
    if (!found) return undefined
    this.#kept.delete(key) // to the end: used last
    this.#kept.set(key, found)
    return found
  }

  set(key: string, vector: Float32Array): void {
    if (this.#kept.has(key)) return
    this.#kept.set(key, vector)
    this.#bytes += sizeOf(key, vector)
    for (const [oldest, value] of this.#kept) {
      if (this.#bytes <= this.#most) return
      this.#kept.delete(oldest)
      this.#bytes -= sizeOf(oldest, value)
    }
  }
}
const sizeOf = (key: string, vector: Float32Array) => key.length * 2 + vector.byteLength + 100
