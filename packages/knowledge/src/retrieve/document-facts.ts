import type { DocumentRecord } from '@gatehouse/contracts'
import type { Clock, Documents } from '@gatehouse/kernel'

/** What ranking wants to know of documents; kept for a few seconds, because it only orders and never permits. */
export interface DocumentFacts {
  /** Those of the documents that another took the place of, with their titles. */
  superseded(project: string, documents: Iterable<string>): Promise<Map<string, string>>
}

const keptFor = 10_000
const most = 20_000

export function createDocumentFacts(documents: Documents, clock: Clock): DocumentFacts {
  let known = new Map<string, { readonly at: number; readonly title: string | undefined }>()
  return {
    async superseded(project, ids) {
      const now = clock.now()
      const found = new Map<string, string>()
      await Promise.all(
        [...ids].map(async (id) => {
          let fact = known.get(id)
          if (!fact || now - fact.at > keptFor) {
            const document = await documents.get(project, id)
            fact = { at: now, title: document && isSuperseded(document) ? document.title : undefined }
            if (known.size >= most) known = new Map()
            known.set(id, fact)
          }
          if (fact.title !== undefined) found.set(id, fact.title)
        }),
      )
      return found
    },
  }
}

export const isSuperseded = ({ metadata }: DocumentRecord): boolean =>
  metadata.status === 'superseded' || (metadata.supersededBy ?? '') !== ''
