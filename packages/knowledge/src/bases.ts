import type { Resource } from '@gatehouse/contracts'
import { AppError, type Resources } from '@gatehouse/kernel'

export type Base = Resource<'KnowledgeBase'>

/** Knowledge bases by id, in memory, renewed after each change of one. */
export interface Bases {
  get(id: string): Promise<Base | undefined>
  /** Throws `not_found`. */
  need(id: string): Promise<Base>
  list(project: string): Promise<Base[]>
  all(): Promise<Base[]>
  /** After each change of one; returns how to stop. */
  watch(changed: () => void): () => void
  close(): void
}

export function createBases(resources: Resources): Bases {
  let known: Promise<Map<string, Base>> | undefined
  const watchers = new Set<() => void>()
  const stop = resources.watch((kind) => {
    if (kind !== 'KnowledgeBase') return
    known = undefined
    for (const tell of watchers) tell()
  })
  const load = (): Promise<Map<string, Base>> => {
    known ??= resources.list('KnowledgeBase').then(
      (bases) => new Map(bases.map((base) => [base.id, base])),
      (thrown: unknown) => {
        known = undefined
        throw thrown
      },
    )
    return known
  }
  const get = async (id: string) => (await load()).get(id)
  return {
    get,
    async need(id) {
      const base = await get(id)
      if (!base) throw new AppError('not_found', 'there is no such knowledge base')
      return base
    },
    list: async (project) => [...(await load()).values()].filter((base) => base.project === project),
    all: async () => [...(await load()).values()],
    watch(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
    close: stop,
  }
}
