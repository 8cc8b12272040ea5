import type { Store } from '@gatehouse/kernel'
import type { Base } from '../bases.ts'
import type { KnownKey } from './caller.ts'
import type { Counts } from './shapes.ts'

const pageSize = 500

/** How much is in a base, for this consumer: how many documents it may not read is knowledge about them. */
export async function countsFor(
  { documents, search }: Pick<Store, 'documents' | 'search'>,
  { id }: Base,
  { asker }: KnownKey,
): Promise<Counts> {
  const readableBy = [...asker.principals, 'public' as const]
  const [all, readable] = await Promise.all([documents.list(id, { limit: 1 }), documents.list(id, { limit: 1, readableBy })])
  if (all.total === readable.total) return search.counts(id)
  let characters = 0
  let after: string | undefined
  do {
    const page = await documents.list(id, { limit: pageSize, readableBy, ...(after && { after }) })
    for (const document of page.items) characters += document.characters
    after = page.next
  } while (after)
  return { documents: readable.total, characters }
}
