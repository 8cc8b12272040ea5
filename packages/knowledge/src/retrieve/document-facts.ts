import type { DocumentRecord } from '@gatehouse/contracts'
import type { Clock, Documents } from '@gatehouse/kernel'

/** What ranking and display want to know of documents that a search has permitted already. */
export interface DocumentFacts {
  /** Of those that exist, by id. */
  of(project: string, documents: Iterable<string>): Promise<ReadonlyMap<string, DocumentRecord>>
}

const keptFor = 30_000
const mostKept = 5_000

/** Kept for half a minute, because it only orders and names: who may read is asked in every search. */
export function createDocumentFacts(documents: Documents, clock: Clock): DocumentFacts {
  let known = new Map<string, { readonly at: number; readonly document: DocumentRecord | undefined }>()
  return {
    async of(project, ids) {
      const now = clock.now()
      const found = new Map<string, DocumentRecord>()
      await Promise.all(
        [...new Set(ids)].map(async (id) => {
          let fact = known.get(id)
          if (!fact || now - fact.at > keptFor) {
            fact = { at: now, document: await documents.get(project, id) }
            if (known.size >= mostKept) known = new Map()
            known.set(id, fact)
          }
          if (fact.document) found.set(id, fact.document)
        }),
      )
      return found
    },
  }
}

export const isSuperseded = ({ metadata }: DocumentRecord): boolean =>
  metadata.status === 'superseded' || (metadata.supersededBy ?? '') !== ''
